module {
  about: "Volumes",
  endpoint: "/volumes",
  output: "table",
  columns: "driver, name, mountpoint, created|ago"
};
.Volumes // [] | sort_by(.Name | _natural)
| map({driver: .Driver, name: .Name, mountpoint: .Mountpoint, created: (.CreatedAt | _time)})
