module {about: "How often a container was restarted, and why it stopped", endpoint: "/containers/{name}/json", output: "table"};
{
  name: name,
  restarts: .RestartCount,
  policy: .HostConfig.RestartPolicy.Name,
  state: .State.Status,
  exit_code: .State.ExitCode,
  oom_killed: .State.OOMKilled,
  started: (.State.StartedAt | ago),
  finished: (.State.FinishedAt | ago)
}
