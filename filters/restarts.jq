module {
  about: "How often a container was restarted, and why it stopped",
  endpoint: "/containers/{name...}/json",
  output: "table",
  columns: "name, restarts, policy, state, exit_code, oom_killed, started|ago, finished|ago"
};
{
  name: name,
  restarts: .RestartCount,
  policy: .HostConfig.RestartPolicy.Name,
  state: .State.Status,
  exit_code: .State.ExitCode,
  oom_killed: .State.OOMKilled,
  started: (.State.StartedAt | _time),
  finished: (.State.FinishedAt | _time)
}
