module {
  about: "Details of containers, images, networks, volumes and more",
  endpoint: "/containers/{name...}/json",
  fallback: [
    "/images/{name}/json", "/networks/{name}", "/volumes/{name}", "/services/{name}", "/tasks/{name}", "/nodes/{name}",
    "/plugins/{name}/json", "/secrets/{name}", "/configs/{name}"
  ]
};
.
