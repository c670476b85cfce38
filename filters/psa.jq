module {
  about: "All containers, including stopped ones",
  endpoint: "/containers/json?all=1",
  output: "table",
  columns: "id|short_id, image|if startswith(\"sha256:\") then short_id else . end, command, created|ago, {status, state}|.status, ports, name"
};
ps
