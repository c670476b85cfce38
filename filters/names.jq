module {about: "Names of running containers", endpoint: "/containers/json", output: "lines"};
. // [] | map(name)
