module {
  about: "Services of the swarm",
  endpoint: "/services?status=true",
  output: "table",
  columns: "id|short_id, name, mode, replicas, image, ports"
};
def mode:
  if .Replicated then "replicated" elif .Global then "global"
  elif .ReplicatedJob then "replicated job" elif .GlobalJob then "global job" else null end;
# Replicas as docker service ls counts them: for jobs, with the completed tasks.
def replicas:
  .Spec.Mode as $mode
  | (.Spec.TaskTemplate.Placement.MaxReplicas // 0) as $most
  | .ServiceStatus | objects | (.RunningTasks // 0) as $running | (.DesiredTasks // 0) as $desired | (.CompletedTasks // 0) as $done
  | "\($running)/\($desired)"
    + if $mode.ReplicatedJob then " (\($done)/\($mode.ReplicatedJob.TotalCompletions // 0) completed)"
      elif $mode.GlobalJob then " (\($done)/\($desired + $done) completed)"
      elif $mode.Replicated and $most > 0 then " (max \($most) per node)"
      else "" end;
. // [] | sort_by(.Spec.Name | _natural)
| map({
    id: .ID,
    name: .Spec.Name,
    mode: ((.Spec.Mode | objects | mode) // null),
    replicas: (replicas // null),
    image: ((.Spec.TaskTemplate.ContainerSpec.Image | strings | split("@")[0]) // null),
    ports: ports
  })
