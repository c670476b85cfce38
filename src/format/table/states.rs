//! States in cells: which columns have them, and how good or bad they are.

/// How good or bad a state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Good,
    Warning,
    Bad,
}

/// The words of each severity, looked for anywhere in the cell. The first severity with a match wins.
const WORDS: [(Severity, &[&str]); 3] = [
    (
        Severity::Bad,
        &[
            "unhealthy",
            "dead",
            "failed",
            "failure",
            "error",
            "oomkilled",
            "down",
            "removing",
        ],
    ),
    (
        Severity::Warning,
        &[
            "exited",
            "paused",
            "restarting",
            "created",
            "starting",
            "stopped",
            "stopping",
            "pending",
            "degraded",
        ],
    ),
    (
        Severity::Good,
        &["up", "running", "healthy", "active", "ready", "complete"],
    ),
];

/// The names of columns whose text cells are states.
const STATE_COLUMNS: [&str; 3] = ["state", "status", "health"];

/// Whether the column with this name has states. The last key of a path counts.
pub fn is_state_column(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    STATE_COLUMNS
        .iter()
        .any(|known| last.eq_ignore_ascii_case(known))
}

/// The severity of a state, `None` for unknown ones. `Exited (1) 3 hours ago` is bad, `Exited (0) …` is not.
pub fn severity(text: &str) -> Option<Severity> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("exited (") && !lower.starts_with("exited (0)") {
        return Some(Severity::Bad);
    }
    let has = |word: &str| {
        lower
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|it| it == word)
    };
    let found = WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| has(word)));
    found.map(|(severity, _)| *severity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities() {
        use Severity::{Bad, Good, Warning};
        let cases = [
            ("running", Some(Good)),
            ("Up 3 hours", Some(Good)),
            ("Up 2 weeks (healthy)", Some(Good)),
            ("Up 2 weeks (unhealthy)", Some(Bad)),
            ("Up 5 seconds (health: starting)", Some(Warning)),
            ("Up 3 hours (Paused)", Some(Warning)),
            ("exited", Some(Warning)),
            ("Exited (0) 3 hours ago", Some(Warning)),
            ("Exited (137) 3 hours ago", Some(Bad)),
            ("Restarting (1) 5 seconds ago", Some(Warning)),
            ("Created", Some(Warning)),
            ("dead", Some(Bad)),
            ("none", None),
            ("update", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(severity(text), expected, "{text}");
        }
    }

    #[test]
    fn state_columns() {
        for name in ["State", "status", "State.Health.Status", "HEALTH"] {
            assert!(is_state_column(name), "{name}");
        }
        for name in ["Names", "StatusCode", "State.Pid"] {
            assert!(!is_state_column(name), "{name}");
        }
    }
}
