module {
  about: "Tasks of the swarm's services",
  endpoint: "/tasks",
  output: "table",
  columns: "id|short_id, name, image, node, DESIRED STATE: desired|_capital, CURRENT STATE: {state, since}|[(.state | _capital), (.since | ago | if . == null then null else (.[:1] | ascii_downcase) + .[1:] end)] | map(strings) | join(\" \"), error, ports"
};
# Where the names of services and nodes cannot be had, their IDs stand for them.
. // [] | [fetch("/services", "/nodes"; []) | map({(.ID): name // .Description.Hostname}) | add // {}] as [$services, $nodes]
# The tasks of each slot or node, newest first.
| sort_by(.CreatedAt) | reverse | sort_by($services[.ServiceID // ""], .ServiceID, .Slot, .NodeID)
| map({
    id: .ID,
    name: "\($services[.ServiceID // ""] // (.ServiceID | short_id)).\(.Slot // .NodeID // "")",
    image: ((.Spec.ContainerSpec.Image | strings | split("@")[0]) // null),
    node: ($nodes[.NodeID // ""] // .NodeID),
    desired: .DesiredState,
    state: .Status.State,
    since: .Status.Timestamp,
    error: .Status.Err,
    ports: ({Ports: ((.Status.PortStatus | objects | .Ports) // [])} | ports)
  })
