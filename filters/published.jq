module {
  about: "Published ports, one row each",
  endpoint: "/containers/json",
  output: "table",
  columns: ["name", "published", "port"]
};
# 0.0.0.0 and [::] together are one row, written as *.
map(name as $name
  | (.Ports // [] | map(select((.PublicPort // 0) > 0)) | group_by([.PrivatePort, .Type, .PublicPort])[])
  | ports | split(", ")[] | split("->")
  | {name: $name, published: .[0], port: .[1]})
