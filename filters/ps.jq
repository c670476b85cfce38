module {
  about: "Running containers",
  endpoint: "/containers/json",
  output: "table",
  columns: ["id", "image", "command", "created", "status", "ports", "name"]
};
map({
  id: short_id,
  image: (.Image | if . == null then null elif startswith("sha256:") then short_id else . end),
  command: .Command,
  created: (.Created | ago),
  status: .Status,
  ports: ports,
  name: name
})
