module {
  about: "Events as they happen",
  endpoint: "/events",
  output: "lines",
  columns: ".|_event_line"
};
.
