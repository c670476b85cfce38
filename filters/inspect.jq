module {about: "Everything about a container", endpoint: "/containers/{name}/json"};
.
