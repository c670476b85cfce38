module {
  about: "Version of the engine and of its parts",
  endpoint: "/version",
  output: "record",
  columns: "Engine: .Platform.Name, Version: Version, API version: {ApiVersion, MinAPIVersion}|\"\\(.ApiVersion) (minimum version \\(.MinAPIVersion))\", Go version: GoVersion, Git commit: GitCommit, Built: BuildTime, OS/Arch: {Os, Arch}|\"\\(.Os)/\\(.Arch)\", Kernel: KernelVersion, Experimental: Experimental, Components: Components|map(select(.Name != \"Engine\") | \"\\(.Name) \\(.Version)\") | join(\", \")"
};
.
