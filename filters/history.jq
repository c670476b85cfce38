module {
  about: "How an image was made, newest step first",
  endpoint: "/images/{name}/history",
  output: "table",
  columns: "id|short_id, created|ago, created_by|gsub(\"\\t\"; \" \"), size|bytes, comment"
};
. // [] | map({id: .Id, created: (.Created | _time), created_by: .CreatedBy, size: .Size, comment: .Comment})
