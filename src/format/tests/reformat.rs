//! JSON text is reformatted as serde_json writes its value, whatever the key cache holds.

use super::*;
use dq_json::value::RawValue;

/// A random valid JSON text with few different keys, often in the same order, sometimes duplicate or escaped.
fn random_text(next: &mut impl FnMut(u64) -> u64, depth: u64) -> String {
    const KEYS: [&str; 10] = [
        "Id",
        "Names",
        "",
        "com.docker.compose.project",
        "com.docker.compose.service.and.more.than.is.remembered",
        "a",
        "\\u0061",
        "é",
        "State",
        "abcdefghijklmnopqrstuvwxyzab",
    ];
    const SPACES: [&str; 6] = ["", "", "", "", " ", "\n  "];
    let space = |next: &mut dyn FnMut(u64) -> u64| SPACES[next(6) as usize];
    match next(if depth == 0 { 3 } else { 6 }) {
        0 => next(100).to_string(),
        1 => "\"/shop18-db-0\"".into(),
        2 => "\"é\\n\\\"\"".into(),
        3 => {
            let count = next(4);
            let items = (0..count).map(|_| random_text(next, depth - 1));
            format!("[{}]", items.collect::<Vec<_>>().join(","))
        }
        _ => {
            let (first, count) = (next(4), next(6));
            let members = (first..first + count).map(|number| {
                let number = if next(12) == 0 { next(10) } else { number };
                let (before, behind) = (space(next), space(next));
                let value = random_text(next, depth - 1);
                format!("\"{}\"{before}:{behind}{value}", KEYS[number as usize])
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn text_is_written_as_serde_json_writes_it() {
    let mut state = 1u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    for settings in [compact(), pretty(Indent::Spaces(2)), pretty(Indent::Tab)] {
        let mut formatter = formatter(settings.clone());
        for _ in 0..3_000 {
            let text = random_text(&mut next, 4) + &" ".repeat(next(40) as usize);
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let expected = match settings.layout {
                JsonLayout::Compact => serde_json::to_string(&value).unwrap(),
                JsonLayout::Pretty { indent } => {
                    let unit: &[u8] = if indent == Indent::Tab { b"\t" } else { b"  " };
                    let mut out = Vec::new();
                    let style = serde_json::ser::PrettyFormatter::with_indent(unit);
                    let mut serializer = serde_json::Serializer::with_formatter(&mut out, style);
                    serde::Serialize::serialize(&value, &mut serializer).unwrap();
                    String::from_utf8(out).unwrap()
                }
            };
            let mut out = Vec::new();
            let item = FilterOutput::Raw(RawValue::from_valid(text.as_bytes()));
            formatter.write_output(item, &mut out).unwrap();
            formatter.flush_pending(&mut out).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected + "\n", "{text}");
        }
    }
}
