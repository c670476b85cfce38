module {
  about: "Mounts and volumes of all containers, one row each",
  endpoint: "/containers/json?all=1",
  output: "table",
  columns: ["name", "type", "source", "destination", "mode"]
};
. // [] | map(name as $name
  | (.Mounts // [])[] | objects
  | {
      name: $name,
      type: .Type,
      source: (if .Type == "volume" then .Name else .Source end),
      destination: .Destination,
      mode: (if .RW then "rw" else "ro" end)
    })
