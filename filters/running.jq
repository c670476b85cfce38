module {about: "The running ones of a list of containers"};
. // [] | map(select(.State == "running"))
