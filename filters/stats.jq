module {about: "CPU, memory and traffic of a container", endpoint: "/containers/{name}/stats?stream=false", output: "table"};
# The formulas are those of this endpoint's description in the Engine API, which docker stats uses too.
def percent:
  (. * 10000 | round) as $hundredths
  | "\($hundredths / 100 | floor).\($hundredths % 100 | tostring | if length == 1 then "0" + . else . end)%";
def share($whole): if $whole > 0 and . > 0 then . / $whole else 0 end;
def cpu:
  ((.cpu_stats.cpu_usage.total_usage // 0) - (.precpu_stats.cpu_usage.total_usage // 0)) as $used
  | ((.cpu_stats.system_cpu_usage // 0) - (.precpu_stats.system_cpu_usage // 0)) as $system
  | (.cpu_stats.online_cpus // 0 | if . > 0 then . else 1 end) as $cpus
  | $used | share($system) * $cpus;
# Page cache that the kernel can reclaim at once is not counted: total_inactive_file of cgroup v1, inactive_file of v2.
def memory:
  (.usage // 0) as $usage
  | (.stats | objects | .total_inactive_file // .inactive_file) // 0
  | if . < $usage then $usage - . else $usage end;
def traffic($in; $out): "\($in // 0 | bytes)/\($out // 0 | bytes)";
def blocks($op): map(select(.op[:1] | ascii_downcase == $op).value) | add;
(.memory_stats | memory) as $memory
| (.memory_stats.limit // 0) as $limit
| [.networks // {} | .[]] as $networks
| (.blkio_stats.io_service_bytes_recursive // []) as $blocks
| {
    id: short_id,
    name: name,
    cpu: (cpu | percent),
    memory: "\($memory | bytes("iec"))/\($limit | bytes("iec"))",
    share: ($memory | share($limit) | percent),
    net: traffic($networks | map(.rx_bytes) | add; $networks | map(.tx_bytes) | add),
    block: traffic($blocks | blocks("r"); $blocks | blocks("w")),
    pids: (.pids_stats.current // 0)
  }
