module {
  about: "Nodes of the swarm",
  endpoint: "/nodes",
  output: "table",
  columns: ["id", "hostname", "status", "availability", "manager", "engine"]
};
def word: if . == null then null else (.[:1] | ascii_upcase) + .[1:] end;
sort_by(.Description.Hostname | _natural)
| map({
    id: .ID,
    hostname: .Description.Hostname,
    status: (.Status.State | word),
    availability: (.Spec.Availability | word),
    manager: ((.ManagerStatus | objects | if .Leader then "Leader" else .Reachability | word end) // null),
    engine: .Description.Engine.EngineVersion
  })
