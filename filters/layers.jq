module {
  about: "Steps of an image that added files, largest first",
  endpoint: "/images/{name}/history",
  output: "table",
  columns: "size|bytes, created|ago, created_by"
};
. // [] | map(select(.Size > 0)) | sort_by(-.Size)
| map({size: .Size, created: (.Created | _time), created_by: .CreatedBy})
