module {about: "Services of the swarm", endpoint: "/services?status=true", output: "table"};
def mode:
  if .Replicated then "replicated" elif .Global then "global"
  elif .ReplicatedJob then "replicated job" elif .GlobalJob then "global job" else null end;
sort_by(.Spec.Name)
| map({
    id: short_id,
    name: .Spec.Name,
    mode: ((.Spec.Mode | objects | mode) // null),
    replicas: ((.ServiceStatus | objects | "\(.RunningTasks)/\(.DesiredTasks)") // null),
    image: ((.Spec.TaskTemplate.ContainerSpec.Image | strings | split("@")[0]) // null),
    ports: ports
  })
