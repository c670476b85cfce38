module {
  about: "The docker run line that makes a container again",
  endpoint: "/containers/{name...}/json",
  output: "raw"
};
# Only what differs from the image and from the engine's defaults. It cannot say what docker run has no option for, and
# the file of a seccomp profile is not known.
def word: if . == "" or test("[^A-Za-z0-9_@%+:,./=-]") or startswith("=") then @sh else . end;
# An option for each text; none for null and "".
def option($name): values | strings | select(. != "") | [$name, .];
def each($name): . // [] | .[] | strings | [$name, .];
def flag($name): select(. == true) | [$name];
def number($name): numbers | select(. != 0) | [$name, tostring];
def but($other): select(. != ($other // ""));
def size($name):
  numbers | select(. != 0)
  | [$name, if . < 0 then tostring
      elif . % 1073741824 == 0 then "\(. / 1073741824)g"
      elif . % 1048576 == 0 then "\(. / 1048576)m"
      else "\(.)b" end];
def time($name):
  numbers | select(. != 0)
  | [$name, if . % 1000000000 == 0 then "\(. / 1000000000)s" elif . % 1000000 == 0 then "\(. / 1000000)ms" else "\(.)ns" end];
# A field of a CSV line, as --mount reads it.
def csv: if test("[,\"\n\r]") then "\"" + gsub("\""; "\"\"") + "\"" else . end;
def mount:
  [
    "type=\(.Type)",
    (.Source | values | strings | select(. != "") | "source=" + .),
    "target=\(.Target)",
    (.ReadOnly | select(. == true) | "readonly"),
    (.Consistency | values | select(. != "" and . != "default") | "consistency=" + .),
    (.BindOptions | objects
      | (.Propagation | values | select(. != "") | "bind-propagation=" + .),
        (.NonRecursive | select(. == true) | "bind-nonrecursive"),
        (.CreateMountpoint | select(. == true) | "bind-create-src")),
    (.VolumeOptions | objects
      | (.NoCopy | select(. == true) | "volume-nocopy"),
        (.Subpath | values | select(. != "") | "volume-subpath=" + .),
        (.Labels | objects | to_entries[] | "volume-label=\(.key)=\(.value)"),
        (.DriverConfig | objects
          | (.Name | values | select(. != "") | "volume-driver=" + .),
            (.Options | objects | to_entries[] | "volume-opt=\(.key)=\(.value)"))),
    (.TmpfsOptions | objects
      | (.SizeBytes | numbers | select(. > 0) | "tmpfs-size=\(.)"),
        (.Mode | numbers | select(. > 0) | "tmpfs-mode=" + ([recurse(if . > 7 then . / 8 | floor else empty end) % 8 | tostring] | reverse | add)))
  ]
  | map(csv) | ["--mount", join(",")];
def published:
  .HostConfig.PortBindings | objects | to_entries[]
  | (.key | rtrimstr("/tcp")) as $port
  | .value // [] | .[]
  | (.HostIp // "" | if contains(":") then "[\(.)]" else . end) as $ip
  | ["-p", if $ip == "" and (.HostPort // "") == "" then $port elif $ip == "" then "\(.HostPort):\($port)" else "\($ip):\(.HostPort // ""):\($port)" end];
def device:
  ["--device", .PathOnHost
    + if .PathInContainer == .PathOnHost and .CgroupPermissions == "rwm" then ""
      elif .CgroupPermissions == "rwm" then ":" + .PathInContainer
      else ":\(.PathInContainer):\(.CgroupPermissions)" end];
def gpus:
  ["--gpus", if .Count == -1 then "all" elif .Count > 0 then "\(.Count)" else ["device=" + (.DeviceIDs // [] | join(","))] | map(csv) | join(",") end];
# docker run takes the addresses and the aliases of the first network. Podman's bridge has another name than its mode.
def network($own):
  (.HostConfig.NetworkMode // "" | if . == "" or . == "default" then "bridge" else . end) as $mode
  | .NetworkSettings.Networks // {} | to_entries
  | first((.[] | select(.key == $mode or .value.NetworkID == $mode)), .[], null) as $first
  | (map(.key) - [$first.key]) as $others
  | (if $mode != "bridge" or $others != [] then ["--network", $mode] else empty end),
    ($first.value | objects
      | (.IPAMConfig | objects | (.IPv4Address | option("--ip")), (.IPv6Address | option("--ip6")), (.LinkLocalIPs | each("--link-local-ip"))),
        ((.Aliases // []) - $own | each("--network-alias"))),
    ($others[] | ["--network", .]);
def health($of):
  if .Test == ["NONE"] then select($of.Test != ["NONE"]) | ["--no-healthcheck"]
  else
    (.Test | arrays | select(. != $of.Test and . != []) | ["--health-cmd", if .[0] == "CMD-SHELL" then .[1] else .[1:] | map(word) | join(" ") end]),
    (.Interval | but($of.Interval) | time("--health-interval")),
    (.Timeout | but($of.Timeout) | time("--health-timeout")),
    (.StartPeriod | but($of.StartPeriod) | time("--health-start-period")),
    (.StartInterval | but($of.StartInterval) | time("--health-start-interval")),
    (.Retries | but($of.Retries) | number("--health-retries"))
  end;
# The entry point, the image and the command. docker run drops the image's command if it is given an entry point.
def command($of):
  (.Entrypoint // []) as $entry
  | (.Cmd // []) as $command
  | if $entry == ($of.Entrypoint // []) and ($command != [] or ($of.Cmd // []) == [])
    then [.Image] + if $command == ($of.Cmd // []) then [] else $command end
    else ["--entrypoint", $entry[0] // "", .Image] + $entry[1:] + $command
    end;
# The words, option by option. $of is the image's configuration, $engine the answer of /info.
def words($of; $engine):
  .Id as $id
  | .HostConfig as $host
  | (.Config | (.AttachStdin | not | flag("-d")), (if .OpenStdin and .Tty then ["-it"] else (.OpenStdin | flag("-i")), (.Tty | flag("-t")) end)),
    ($host.AutoRemove | flag("--rm")),
    (.Name | ltrimstr("/") | option("--name")),
    (.Config.Hostname | but($id[:12]) | select($host.NetworkMode != "host" or . != $engine.Name)
      | select($host.NetworkMode | startswith("container:") | not) | option("--hostname")),
    (.Config.Domainname | option("--domainname")),
    (.Config.User | but($of.User) | option("--user")),
    (.Config.WorkingDir | but($of.WorkingDir) | select($of.WorkingDir or . != "/") | option("--workdir")),
    ((.Config.Env // []) - ($of.Env // []) | map(select(test("^[^=]+="))) | each("-e")),
    (($of.Labels // {}) as $known | .Config.Labels // {} | to_entries[] | select($known[.key] != .value) | ["-l", "\(.key)=\(.value)"]),
    ($host.Binds | each("-v")),
    (($of.Volumes // {}) as $known | .Config.Volumes // {} | keys_unsorted[] | select($known[.] == null) | ["-v", .]),
    ($host.Mounts // [] | .[] | mount),
    ($host.Tmpfs // {} | to_entries[] | ["--tmpfs", if .value == "" then .key else "\(.key):\(.value)" end]),
    ($host.VolumesFrom | each("--volumes-from")),
    ($host.VolumeDriver | option("--volume-driver")),
    published,
    ($host.PublishAllPorts | flag("-P")),
    ((.Config.ExposedPorts // {} | keys_unsorted) - ($of.ExposedPorts // {} | keys_unsorted) - ($host.PortBindings // {} | keys_unsorted) | map(rtrimstr("/tcp")) | each("--expose")),
    network([$id[:12], .Config.Hostname]),
    (.Config.MacAddress | option("--mac-address")),
    ($host.Links // [] | map(split(":") | (.[0] | ltrimstr("/")) + ":" + (.[1] | split("/")[-1])) | each("--link")),
    ($host.ExtraHosts | each("--add-host")),
    ($host.Dns | each("--dns")), ($host.DnsSearch | each("--dns-search")), ($host.DnsOptions | each("--dns-option")),
    ($host.RestartPolicy | objects | select(.Name != "no" and .Name != "")
      | ["--restart", .Name + if .MaximumRetryCount > 0 then ":\(.MaximumRetryCount)" else "" end]),
    ($host.Privileged | flag("--privileged")),
    ($host.CapAdd | each("--cap-add")), ($host.CapDrop | each("--cap-drop")), ($host.GroupAdd | each("--group-add")),
    ($host.SecurityOpt // [] | map(if startswith("seccomp={") then "seccomp=PROFILE.json" else . end) | each("--security-opt")),
    ($host | select(.MaskedPaths == [] and (.Privileged | not)) | ["--security-opt", "systempaths=unconfined"]),
    ($host.ReadonlyRootfs | flag("--read-only")),
    ($host.Devices // [] | .[] | device), ($host.DeviceCgroupRules | each("--device-cgroup-rule")), ($host.DeviceRequests // [] | .[] | gpus),
    ($host.Memory | size("--memory")), ($host.MemoryReservation | size("--memory-reservation")),
    ($host.MemorySwap | but(2 * ($host.Memory // 0)) | size("--memory-swap")),
    ($host.MemorySwappiness | numbers | select(. > 0) | ["--memory-swappiness", tostring]),
    ($host.NanoCpus | numbers | select(. > 0) | ["--cpus", (. / 1000000000 | tostring)]),
    ($host.CpuShares | number("--cpu-shares")), ($host.CpuPeriod | number("--cpu-period")), ($host.CpuQuota | number("--cpu-quota")),
    ($host.CpusetCpus | option("--cpuset-cpus")), ($host.CpusetMems | option("--cpuset-mems")),
    ($host.PidsLimit | number("--pids-limit")), ($host.BlkioWeight | number("--blkio-weight")),
    ($host.OomKillDisable | flag("--oom-kill-disable")), ($host.OomScoreAdj | number("--oom-score-adj")),
    ($host.ShmSize | but(67108864) | size("--shm-size")),
    ($host.Ulimits // [] | .[] | ["--ulimit", "\(.Name | ltrimstr("RLIMIT_") | ascii_downcase)=\(.Soft):\(.Hard)"]),
    (["read-bps", "ReadBps"], ["write-bps", "WriteBps"], ["read-iops", "ReadIOps"], ["write-iops", "WriteIOps"]
      | . as [$option, $key] | $host["BlkioDevice" + $key] // [] | .[] | ["--device-" + $option, "\(.Path):\(.Rate)"]),
    ($host.Annotations // {} | to_entries[] | ["--annotation", "\(.key)=\(.value)"]),
    ($host.Sysctls // {} | to_entries[] | ["--sysctl", "\(.key)=\(.value)"]),
    ($host.IpcMode | but("private") | option("--ipc")), ($host.PidMode | but("private") | option("--pid")),
    ($host.UTSMode | but("private") | option("--uts")), ($host.UsernsMode | option("--userns")),
    ($host.CgroupnsMode | but(if $engine.CgroupVersion == "1" then "host" else "private" end) | option("--cgroupns")),
    ($host.CgroupParent | option("--cgroup-parent")),
    ($host.Runtime | but($engine.DefaultRuntime) | option("--runtime")),
    ($host.LogConfig.Type | but($engine.LoggingDriver) | option("--log-driver")),
    ($host.LogConfig.Config // {} | to_entries[] | ["--log-opt", "\(.key)=\(.value)"]),
    ($host.StorageOpt // {} | to_entries[] | ["--storage-opt", "\(.key)=\(.value)"]),
    ($host.Init | flag("--init"), (select(. == false) | ["--init=false"])),
    (.Config.StopSignal | but($of.StopSignal // "SIGTERM") | option("--stop-signal")),
    (.Config.StopTimeout | numbers | ["--stop-timeout", tostring]),
    (.Config.Healthcheck | objects | health($of.Healthcheck // {})),
    (.Config | command($of));
. as $container
# Without the image, all of the container's configuration is in the line.
| [fetch("/images/\(.Image)/json", "/info"; {})] as [$image, $engine]
| ["docker", "run", ($container | words($image.Config // {}; $engine) | .[])] | map(word) | join(" ")
