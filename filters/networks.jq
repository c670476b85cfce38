module {
  about: "Networks",
  endpoint: "/networks",
  output: "table",
  columns: "id|short_id, name, driver, scope, subnets|join(\", \")"
};
. // [] | sort_by(.Name | _natural)
| map({
    id: .Id,
    name: .Name,
    driver: .Driver,
    scope: .Scope,
    subnets: ((.IPAM | objects | .Config) // [] | map(.Subnet | strings))
  })
