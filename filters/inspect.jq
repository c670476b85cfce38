module {about: "Details of a container", endpoint: "/containers/{name...}/json"};
.
