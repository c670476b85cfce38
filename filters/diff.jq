module {about: "Files a container changed (C), added (A) or deleted (D)", endpoint: "/containers/{name}/changes", output: "lines"};
. // [] | map("\(["C", "A", "D"][.Kind]) \(.Path)")
