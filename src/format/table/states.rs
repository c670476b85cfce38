//! States in cells: which columns have them, and how good or bad they are.

/// What a state says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Good,
    Between,
    Bad,
}

/// Words that say it, wherever they stand in the cell; the first row with one decides.
const STATES: [(Severity, &[&str]); 3] = [
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
        Severity::Between,
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

/// Columns whose text cells are states.
const STATE_COLUMNS: [&str; 3] = ["state", "status", "health"];

/// Is this, by its name, a column of states? Of a path the last key counts.
pub fn is_state_column(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    STATE_COLUMNS
        .iter()
        .any(|known| last.eq_ignore_ascii_case(known))
}

/// `Exited (1) 3 hours ago` is bad, `Exited (0) …` is not.
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
    let found = STATES
        .iter()
        .find(|(_, words)| words.iter().any(|word| has(word)));
    found.map(|(state, _)| *state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_states_say() {
        use Severity::{Bad, Between, Good};
        let cases = [
            ("running", Some(Good)),
            ("Up 3 hours", Some(Good)),
            ("Up 2 weeks (healthy)", Some(Good)),
            ("Up 2 weeks (unhealthy)", Some(Bad)),
            ("Up 5 seconds (health: starting)", Some(Between)),
            ("Up 3 hours (Paused)", Some(Between)),
            ("exited", Some(Between)),
            ("Exited (0) 3 hours ago", Some(Between)),
            ("Exited (137) 3 hours ago", Some(Bad)),
            ("Restarting (1) 5 seconds ago", Some(Between)),
            ("Created", Some(Between)),
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
    fn columns_of_states() {
        for name in ["Severity", "status", "Severity.Health.Status", "HEALTH"] {
            assert!(is_state_column(name), "{name}");
        }
        for name in ["NamePattern", "StatusCode", "Severity.Pid"] {
            assert!(!is_state_column(name), "{name}");
        }
    }
}
