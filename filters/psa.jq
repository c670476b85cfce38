module {
  about: "All containers, including stopped ones",
  endpoint: "/containers/json?all=1",
  output: "table",
  columns: ["id", "image", "command", "created", "status", "ports", "name"]
};
ps
