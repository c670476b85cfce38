module {
  about: "Files a container changed (C), added (A) or deleted (D)",
  endpoint: "/containers/{name}/changes",
  output: "lines",
  columns: "kind, path"
};
. // [] | map({kind: ["C", "A", "D"][.Kind], path: .Path})
