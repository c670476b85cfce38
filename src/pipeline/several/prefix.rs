//! What the lines of each of several sources begin with: `web | `, as docker compose writes it.

use crate::terminal::Terminal;

/// The colours of the sources, one after the other: those of docker compose, without red, which looks like an error.
const COLORS: [&str; 10] = ["36", "33", "32", "35", "34", "96", "93", "92", "95", "94"];

/// The prefixes of the sources with these labels, for lines on stdout and on stderr. All are as wide as the widest.
pub fn prefixes(labels: &[&str], terminal: &Terminal) -> Vec<[Vec<u8>; 2]> {
    let widest = labels
        .iter()
        .map(|label| dq_format::text_width(label))
        .max();
    let widest = widest.unwrap_or_default();
    let colors = COLORS.iter().cycle();
    let prefixes = labels.iter().zip(colors).map(|(label, color)| {
        let padding = " ".repeat(widest - dq_format::text_width(label));
        let plain = format!("{label}{padding} | ");
        [&terminal.stdout, &terminal.stderr].map(|stream| {
            if stream.color {
                // The line before may have changed the colour and not changed it back.
                format!("\x1b[0;{color}m{plain}\x1b[0m").into_bytes()
            } else {
                plain.clone().into_bytes()
            }
        })
    });
    prefixes.collect()
}
