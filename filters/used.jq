module {
  about: "Images and volumes, their size, and who uses them",
  endpoint: "/system/df?type=image&type=volume&verbose=1",
  output: "table",
  columns: "kind, name, id|short_id, size|bytes, unique|bytes, USED BY: used_by|if length == 0 then \"(unused)\" else join(\", \") end"
};
# The sizes of containers are not asked for, since the engine walks through all their files for them. API 1.41 has no
# such choice. A size is -1 where the engine does not know it, as for the volumes of a plugin.
def size: if . == null or . < 0 then null else . end;
def hash: if . == null then null else ltrimstr("sha256:") end;
def tags: .RepoTags // [] | map(select(. != "<none>:<none>")) | if length > 0 then join(", ") else null end;
# From API 1.52 on, the lists are one level down. Podman's list here has no repositories, but /images/json has.
([.Images, .ImageUsage.Items, .ImagesDiskUsage.Items | arrays[] | {(.Id | hash): .SharedSize}] | add) as $shared
| [.Volumes, .VolumeUsage.Items, .VolumesDiskUsage.Items | arrays[]] as $volumes
| [fetch("/images/json", "/containers/json?all=1") // []] as [$images, $containers]
| def users(f): $containers | map(select(any(f; .)) | name) | sort_by(_natural);
[
  ($images[]
    | (.Id | hash) as $hash
    | ($shared[$hash]? | size) as $common
    | {
        kind: "image",
        name: (tags // name // "<none>:<none>"),
        id: .Id,
        size: (.Size | size),
        unique: (if $common == null then null else .Size - $common end),
        used_by: users((.ImageID | hash) == $hash)
      }),
  ($volumes[]
    | .Name as $name
    | (.UsageData.Size | size) as $size
    | {kind: "volume", $name, id: null, $size, unique: $size, used_by: users(.Mounts[]? | .Type == "volume" and .Name == $name)})
]
| sort_by(.kind, .used_by != [], -(.size // 0))
