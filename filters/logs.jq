module {about: "What a container wrote to stdout and stderr", endpoint: "/containers/{name...}/logs?stdout=1&stderr=1"};
.
