module {about: "Processes of a container", endpoint: "/containers/{name}/top", output: "table"};
.Titles as $titles
| (.Processes // [])
| map([$titles, .] | transpose | map({(.[0]): .[1]}) | add)
