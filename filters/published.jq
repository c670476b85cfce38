module {
  about: "Published ports, one row each",
  endpoint: "/containers/json",
  output: "table",
  columns: "name, {published, address}|\"\\(.address):\\(.published)\", {port, protocol}|\"\\(.port)/\\(.protocol)\""
};
# 0.0.0.0 and [::] together are one row, with the address *.
. // [] | map(name as $name
  | (.Ports // [] | map(select((.PublicPort // 0) > 0)) | group_by([.PrivatePort, .Type, .PublicPort])[])
  | ports | split(", ")[] | split("->")
  | (.[0] | rindex(":")) as $colon
  | (.[1] | split("/")) as $port
  | {
      name: $name,
      address: .[0][:$colon],
      published: (.[0][$colon + 1:] | tonumber),
      port: ($port[0] | tonumber),
      protocol: $port[1]
    })
