module {
  about: "Steps of an image that added files, largest first",
  endpoint: "/images/{name}/history",
  output: "table",
  columns: ["size", "created", "created_by"]
};
map(select(.Size > 0)) | sort_by(-.Size)
| map({size: (.Size | bytes), created: (.Created | ago), created_by: .CreatedBy})
