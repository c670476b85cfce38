module {
  about: "Containers with a health check",
  endpoint: "/containers/json?filters={\"health\":[\"healthy\",\"unhealthy\",\"starting\"]}",
  output: "table",
  columns: ["name", "health", "status"]
};
. // [] | map({
  name: name,
  health: ((.Health | objects | .Status) // (.Status | strings | capture("\\((health: )?(?<health>[a-z]+)\\)$").health) // null),
  status: .Status
})
