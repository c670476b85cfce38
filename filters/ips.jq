module {
  about: "Addresses of running containers, one row per network",
  endpoint: "/containers/json",
  output: "table",
  columns: ["name", "network", "ip", "ipv6", "gateway", "mac"]
};
def text: if . == "" then null else . end;
. // [] | map(name as $name
  | (.NetworkSettings.Networks // {} | to_entries[])
  | {
      name: $name,
      network: .key,
      ip: (.value.IPAddress | text),
      ipv6: (.value.GlobalIPv6Address | text),
      gateway: (.value.Gateway | text),
      mac: (.value.MacAddress | text)
    })
