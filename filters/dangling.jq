module {
  about: "Images that no tag names",
  endpoint: "/images/json?filters={\"dangling\":[\"true\"]}",
  output: "table",
  columns: ["repository", "tag", "id", "created", "size"]
};
images
