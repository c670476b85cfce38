module {
  about: "Nodes of the swarm",
  endpoint: "/nodes",
  output: "table",
  columns: "{id, self}|\"\\(.id)\\(if .self then \" *\" else \"\" end)\", hostname, status|_capital, availability|_capital, manager|_capital, engine"
};
# The node that answers is marked, as in docker node ls.
. // [] | fetch("/info"; null).Swarm.NodeID as $self
| sort_by(.Description.Hostname | _natural)
| map({
    id: .ID,
    self: (.ID == $self),
    hostname: .Description.Hostname,
    status: .Status.State,
    availability: .Spec.Availability,
    manager: ((.ManagerStatus | objects | if .Leader then "leader" else .Reachability end) // null),
    engine: .Description.Engine.EngineVersion
  })
