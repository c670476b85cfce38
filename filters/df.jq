module {
  about: "Disk space used by images, containers and volumes",
  endpoint: "/system/df",
  output: "table",
  columns: "type, total, active, size|_bytes(\"si\"; 4), {reclaimable, size}|\"\\(.reclaimable | _bytes(\"si\"; 4))\\(if .size > 0 then \" (\\(.reclaimable * 100 / .size | floor)%)\" else \"\" end)\""
};
def sum(f): map(f // 0 | if . < 0 then 0 else . end) | add // 0;
# From API 1.52 on, the engine computes these totals. Before that, the client does, as here and in the docker CLI.
def of_images($layers):
  . // [] | (if ($layers // 0) > 0 then $layers else sum(.Size) end) as $size
  | {
      TotalCount: length,
      ActiveCount: (map(select(.Containers > 0)) | length),
      TotalSize: $size,
      Reclaimable: ($size - (map(select(.Containers != 0 and .Size >= 0 and .SharedSize >= 0)) | sum(.Size - .SharedSize)))
    };
def of_containers:
  def active: .State == "running" or .State == "paused" or .State == "restarting";
  . // []
  | {
      TotalCount: length,
      ActiveCount: (map(select(active)) | length),
      TotalSize: sum(.SizeRw),
      Reclaimable: (map(select(active | not)) | sum(.SizeRw))
    };
def of_volumes:
  . // []
  | {
      TotalCount: length,
      ActiveCount: (map(select(.UsageData.RefCount > 0)) | length),
      TotalSize: sum(.UsageData.Size),
      Reclaimable: (map(select(.UsageData.RefCount == 0)) | sum(.UsageData.Size))
    };
def of_cache:
  . // []
  | {
      TotalCount: length,
      ActiveCount: (map(select(.InUse)) | length),
      TotalSize: (map(select(.Shared | not)) | sum(.Size)),
      Reclaimable: (map(select((.Shared or .InUse) | not)) | sum(.Size))
    };
def usage($type): {
  type: $type,
  total: .TotalCount,
  active: .ActiveCount,
  size: .TotalSize,
  reclaimable: .Reclaimable
};
[
  ["Images", (.ImageUsage // .ImagesDiskUsage // (.LayersSize as $layers | .Images | of_images($layers)))],
  ["Containers", (.ContainerUsage // .ContainersDiskUsage // (.Containers | of_containers))],
  ["Local Volumes", (.VolumeUsage // .VolumesDiskUsage // (.Volumes | of_volumes))],
  ["Build Cache", (.BuildCacheUsage // .BuildCacheDiskUsage // (.BuildCache | of_cache))]
]
| . + [["Total", (map(.[1]) | {
    TotalCount: sum(.TotalCount),
    ActiveCount: sum(.ActiveCount),
    TotalSize: sum(.TotalSize),
    Reclaimable: sum(.Reclaimable)
  })]]
| map(.[0] as $type | .[1] | usage($type))
