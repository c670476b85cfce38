module {about: "The engine, its storage and plugins", endpoint: "/info"};
.
