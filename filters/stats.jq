module {
  about: "CPU, memory and traffic of running containers",
  endpoint: "/containers/json?all=1",
  words: "names",
  parallel: 64,
  output: "table",
  columns: "id|short_id, name, CPU %: cpu|_percent, MEM USAGE / LIMIT: {memory, limit}|\"\\(.memory | bytes(\"iec\")) / \\(.limit | bytes(\"iec\"))\", MEM %: memory_percent|_percent, NET I/O: {net_in, net_out}|\"\\(.net_in | bytes) / \\(.net_out | bytes)\", BLOCK I/O: {block_read, block_write}|\"\\(.block_read | bytes) / \\(.block_write | bytes)\", pids"
};
# The formulas are those of this endpoint's description in the Engine API, which docker stats uses too.
def share($whole): if $whole > 0 and . > 0 then . / $whole else 0 end;
# In percent, with at most four decimals.
def percent: . * 1000000 | round | . / 10000;
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
def blocks($op): map(select(.op[:1] | ascii_downcase == $op).value) | add;
def row:
  (.memory_stats | memory) as $memory
  | (.memory_stats.limit // 0) as $limit
  | [.networks // {} | .[]] as $networks
  | (.blkio_stats.io_service_bytes_recursive // []) as $blocks
  | {
      id: (.id // .Id),
      name: name,
      cpu: (cpu | percent),
      memory: $memory,
      limit: $limit,
      memory_percent: ($memory | share($limit) | percent),
      net_in: ($networks | map(.rx_bytes) | add // 0),
      net_out: ($networks | map(.tx_bytes) | add // 0),
      block_read: ($blocks | blocks("r") // 0),
      block_write: ($blocks | blocks("w") // 0),
      pids: (.pids_stats.current // 0)
    };
# The containers that are named, by name or ID, or else those that run.
def wanted:
  . // []
  | if $names == [] then .[] | select(.State == "running" or .State == "paused")
  else . as $all | $names[] | . as $name | ltrimstr("/") as $bare
    | first(($all[] | select(.Names // [] | any(.[]; ltrimstr("/") == $bare))), ($all[] | select(.Id | startswith($bare))))
      // {Id: ($bare | @uri)}
  end;
# A container that was removed since it was listed has no stats. One that was named and is not there is an error, behind
# the rows of the others.
[
  fetch(wanted | "/containers/\(.Id)/stats?stream=false"; if .status == 404 and $names == [] then empty else {failed: .} end)
] as $samples
| [$samples[].failed // empty] as $failures
| ($samples | map(select(has("failed") | not) | row) | select(. != [] or $failures == [])),
  ($failures[] | error)
