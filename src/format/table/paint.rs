//! Colours of a table: values by their type, states by what they say.

use colored_json::{Color, Style};

use crate::Palette;
use crate::color::Around;
use crate::grid::Kind;

/// What a state says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    Between,
    Bad,
}

/// Words that say it, wherever they stand in the cell; the first row with one decides.
const STATES: [(State, &[&str]); 3] = [
    (
        State::Bad,
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
        State::Between,
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
        State::Good,
        &["up", "running", "healthy", "active", "ready", "complete"],
    ),
];

/// Columns whose text cells are states.
const STATE_COLUMNS: [&str; 3] = ["state", "status", "health"];

/// Is this, by its name, a column of states? Of a path the last key counts.
pub fn has_states(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    STATE_COLUMNS
        .iter()
        .any(|known| last.eq_ignore_ascii_case(known))
}

/// The sequences around what is painted.
pub struct Paint {
    title: Around,
    kinds: [Around; 5],
    states: [Around; 3],
}

impl Paint {
    pub fn new(palette: &Palette) -> Self {
        let kinds = [
            palette.bool_false,
            palette.bool_true,
            palette.number,
            palette.string,
            palette.array,
        ];
        let states = [Color::Red, Color::Yellow, Color::Green];
        Self {
            title: Around::new(Style::new().bold()),
            kinds: kinds.map(Around::new),
            states: states.map(|color| Around::new(Style::new().fg(color).bold())),
        }
    }

    /// A header.
    pub fn title(&self) -> &Around {
        &self.title
    }

    /// A cell; `is_state` if its column has states.
    pub fn cell(&self, text: &str, kind: Kind, is_state: bool) -> &Around {
        let state = (is_state && kind == Kind::Text)
            .then(|| state(text))
            .flatten();
        match (state, kind) {
            (Some(State::Bad), _) => &self.states[0],
            (Some(State::Between), _) => &self.states[1],
            (Some(State::Good), _) => &self.states[2],
            (_, Kind::Bool) if text == "false" => &self.kinds[0],
            (_, Kind::Bool) => &self.kinds[1],
            (_, Kind::Number) => &self.kinds[2],
            (_, Kind::Text) => &self.kinds[3],
            (_, Kind::Nested) => &self.kinds[4],
        }
    }
}

/// `Exited (1) 3 hours ago` is bad, `Exited (0) …` is not.
fn state(text: &str) -> Option<State> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("exited (") && !lower.starts_with("exited (0)") {
        return Some(State::Bad);
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
        use State::{Bad, Between, Good};
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
            assert_eq!(state(text), expected, "{text}");
        }
    }

    #[test]
    fn columns_of_states() {
        for name in ["State", "status", "State.Health.Status", "HEALTH"] {
            assert!(has_states(name), "{name}");
        }
        for name in ["Names", "StatusCode", "State.Pid"] {
            assert!(!has_states(name), "{name}");
        }
    }
}
