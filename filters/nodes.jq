module {
  about: "Nodes of the swarm",
  endpoint: "/nodes",
  output: "table",
  columns: "id, hostname, status|_capital, availability|_capital, manager|_capital, engine"
};
. // [] | sort_by(.Description.Hostname | _natural)
| map({
    id: .ID,
    hostname: .Description.Hostname,
    status: .Status.State,
    availability: .Spec.Availability,
    manager: ((.ManagerStatus | objects | if .Leader then "leader" else .Reachability end) // null),
    engine: .Description.Engine.EngineVersion
  })
