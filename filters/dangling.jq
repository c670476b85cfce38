module {
  about: "Images without a tag",
  endpoint: "/images/json?filters={\"dangling\":[\"true\"]}",
  output: "table",
  columns: "repository, tag, id|short_id, created|ago, size|bytes"
};
images
