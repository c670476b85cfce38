module {
  about: "Running containers",
  endpoint: "/containers/json",
  output: "table",
  columns: "id|short_id, image|if startswith(\"sha256:\") then short_id else . end, command, created|ago, {status, state}|.status, ports, name"
};
. // [] | map({
  id: .Id,
  image: .Image,
  command: .Command,
  created: (.Created | _time),
  state: .State,
  status: .Status,
  ports: (.Ports | ports),
  name: name
})
