module {
  about: "All containers, stopped ones too",
  endpoint: "/containers/json?all=1",
  output: "table",
  columns: ["id", "image", "command", "created", "status", "ports", "name"]
};
ps
