module {about: "Version of the engine and of its parts", endpoint: "/version"};
.
