module {
  about: "Tasks of the swarm's services",
  endpoint: "/tasks",
  output: "table",
  columns: ["id", "name", "image", "node", "desired", "state", "error", "ports"]
};
def word: if . == null then null else (.[:1] | ascii_upcase) + .[1:] end;
def lower: if . == null then null else (.[:1] | ascii_downcase) + .[1:] end;
# The tasks of each slot or node, newest first.
sort_by(.CreatedAt) | reverse | sort_by(.ServiceID, .Slot, .NodeID)
| map({
    id: short_id,
    name: "\(.ServiceID | short_id).\(.Slot // .NodeID // "")",
    image: ((.Spec.ContainerSpec.Image | strings | split("@")[0]) // null),
    node: (.NodeID | short_id),
    desired: (.DesiredState | word),
    state: (.Status | [(.State | word), (.Timestamp | ago | lower)] | map(strings) | join(" ")),
    error: .Status.Err,
    ports: ({Ports: ((.Status.PortStatus | objects | .Ports) // [])} | ports)
  })
