module {about: "Environment of a container", endpoint: "/containers/{name}/json", output: "lines"};
.Config.Env // []
