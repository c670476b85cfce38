module {about: "Of a list of containers, those that run"};
map(select(.State == "running"))
