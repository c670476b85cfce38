module {
  about: "Networks",
  endpoint: "/networks",
  output: "table",
  columns: ["id", "name", "driver", "scope", "subnets"]
};
sort_by(.Name | _natural)
| map({
    id: short_id,
    name: .Name,
    driver: .Driver,
    scope: .Scope,
    subnets: ((.IPAM | objects | .Config) // [] | map(.Subnet | strings) | join(", "))
  })
