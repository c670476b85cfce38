module {about: "Processes of a container", endpoint: "/containers/{name}/top?stream=false", output: "table"};
.Titles as $titles
| (.Processes // [])
| map([$titles, .] | transpose | map({(.[0]): .[1]}) | add)
