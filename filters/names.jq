module {about: "Names of the containers that run", endpoint: "/containers/json", output: "lines"};
map(name)
