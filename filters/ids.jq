module {about: "IDs of running containers", endpoint: "/containers/json", output: "lines"};
map(short_id)
