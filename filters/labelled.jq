module {
  about: "Labels of running containers, one row each",
  endpoint: "/containers/json",
  output: "table",
  columns: ["name", "label", "value"]
};
. // [] | map(name as $name | (.Labels // {} | to_entries[]) | {name: $name, label: .key, value})
