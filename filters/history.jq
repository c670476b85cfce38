module {
  about: "How an image was made, newest step first",
  endpoint: "/images/{name}/history",
  output: "table",
  columns: ["id", "created", "created_by", "size", "comment"]
};
map({
  id: (.Id | if . == "<missing>" then . else short_id end),
  created: (.Created | ago),
  created_by: (.CreatedBy | if . == null then null else gsub("\t"; " ") end),
  size: (.Size | bytes),
  comment: .Comment
})
