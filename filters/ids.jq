module {
  about: "IDs of running containers",
  endpoint: "/containers/json",
  output: "lines",
  columns: ".|short_id"
};
. // [] | map(.Id)
