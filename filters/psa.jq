module {about: "All containers, stopped ones too", endpoint: "/containers/json?all=1", output: "table"};
ps
