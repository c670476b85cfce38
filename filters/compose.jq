module {
  about: "Compose projects, with the states of their containers",
  endpoint: "/containers/json?all=1&filters={\"label\":[\"com.docker.compose.project\"]}",
  output: "table",
  columns: "name, status|to_entries | map(\"\\(.key)(\\(.value))\") | join(\", \"), CONFIG FILES: config_files|join(\", \")"
};
# Containers of docker compose run are not counted, as in docker compose ls.
. // [] | map(select(labels("com.docker.compose.oneoff") != "True"))
| group_by(labels("com.docker.compose.project"))
| map({
    name: (.[0] | labels("com.docker.compose.project")),
    status: (group_by(.State) | map({(.[0].State // "unknown"): length}) | add),
    config_files: (map(labels("com.docker.compose.project.config_files") // empty | split(",")[]) | unique)
  })
