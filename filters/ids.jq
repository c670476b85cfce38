module {about: "IDs of the containers that run", endpoint: "/containers/json", output: "lines"};
map(short_id)
