module {about: "Containers that run, of any list of them"};
map(select(.State == "running"))
