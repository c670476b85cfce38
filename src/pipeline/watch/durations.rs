//! Texts without the durations in them: `Up 3 minutes (healthy)` says nothing new a minute later.

/// The units of docker's durations (go-units, `HumanDuration`), and of Go's.
const UNITS: [&str; 7] = ["second", "minute", "hour", "day", "week", "month", "year"];

/// The text without durations in docker's words: `5 minutes`, `About an hour`, `Less than a second`.
pub fn without_durations(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in text.split(' ') {
        if is_unit(word) {
            drop_amount(&mut kept);
        } else {
            kept.push(word);
        }
    }
    kept.join(" ")
}

/// `minute`, `minutes`, and with what may follow: `minutes,`, `seconds)`.
fn is_unit(word: &str) -> bool {
    let word = word.trim_end_matches([',', ')', '.']);
    let word = word.strip_suffix('s').unwrap_or(word);
    UNITS.contains(&word)
}

/// Removes the amount in front of a unit: a number, or `Less than a` and `About an`.
fn drop_amount(words: &mut Vec<&str>) {
    let Some(amount) = words.last().map(|it| it.trim_start_matches('(')) else {
        return;
    };
    let is_number = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number && !matches!(amount, "a" | "an") {
        return;
    }
    words.pop();
    while matches!(words.last(), Some(&("About" | "Less" | "than"))) {
        words.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_left_out() {
        let cases = [
            ("Up 3 minutes (healthy)", "Up (healthy)"),
            ("Up About a minute", "Up"),
            ("Up Less than a second", "Up"),
            ("Up About an hour (Paused)", "Up (Paused)"),
            ("Exited (0) 5 weeks ago", "Exited (0) ago"),
            ("Up 1 second (health: starting)", "Up (health: starting)"),
            ("web", "web"),
            ("3 containers", "3 containers"),
            ("the second one", "the one"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(without_durations(text), expected, "{text}");
        }
    }
}
