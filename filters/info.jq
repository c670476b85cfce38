module {
  about: "The engine, its storage and plugins",
  endpoint: "/info",
  output: "record",
  columns: [
    "Containers", "Running: ContainersRunning", "Paused: ContainersPaused", "Stopped: ContainersStopped", "Images",
    "Server version: ServerVersion", "Storage driver: Driver", "Storage: DriverStatus|map(join(\" \")) | join(\", \")",
    "Logging driver: LoggingDriver", "Cgroup driver: CgroupDriver", "Cgroup version: CgroupVersion",
    "Volume plugins: Plugins.Volume", "Network plugins: Plugins.Network", "Log plugins: Plugins.Log",
    "Swarm: Swarm|\"\\(.LocalNodeState)\\(if .ControlAvailable then \", manager\" else \"\" end)\"",
    "Runtimes|keys", "Default runtime: DefaultRuntime", "Init binary: InitBinary",
    "containerd: ContainerdCommit.ID", "runc: RuncCommit.ID", "init: InitCommit.ID",
    "Security options: SecurityOptions", "Kernel: KernelVersion", "Operating system: OperatingSystem",
    "OS/Arch: {OSType, Architecture}|\"\\(.OSType)/\\(.Architecture)\"", "CPUs: NCPU",
    "Memory: MemTotal|_bytes(\"iec\"; 4)", "Name", "ID", "Root directory: DockerRootDir", "Debug", "HTTP proxy: HttpProxy",
    "HTTPS proxy: HttpsProxy", "No proxy: NoProxy", "Labels", "Experimental: ExperimentalBuild",
    "Insecure registries: RegistryConfig.InsecureRegistryCIDRs", "Registry mirrors: RegistryConfig.Mirrors",
    "Live restore: LiveRestoreEnabled", "Warnings"
  ]
};
.
