module {
  about: "Labels of the containers that run, one row each",
  endpoint: "/containers/json",
  output: "table",
  columns: ["name", "label", "value"]
};
map(name as $name | (.Labels // {} | to_entries[]) | {name: $name, label: .key, value})
