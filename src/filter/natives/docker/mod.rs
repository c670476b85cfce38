//! dq's helpers as functions. `helpers.jq` is their specification: a test compares the outputs of both.

mod event;
mod objects;
mod port;
mod ports;
mod sizes;
mod spellings;
mod times;
mod words;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use super::native::{NativeEntry, NativeFn, function, one};
use dq_json::value::Value;

pub(super) const TABLE: &[NativeEntry] = &[
    ("_capital", "", function!(|value| words::capital(&value))),
    ("_event_line", "", function!(|value| event::line(&value))),
    (
        "_human_duration",
        "",
        function!(|value| times::human_duration(value)),
    ),
    ("_labels", "", function!(|value| objects::labels_of(&value))),
    ("_natural", "", function!(|value| words::natural(&value))),
    ("_percent", "", function!(|value| sizes::percent(value))),
    ("_seconds", "", function!(|value| times::seconds(&value))),
    ("_time", "", function!(|value| times::time(value))),
    ("ago", "", function!(|value| times::ago(&value))),
    ("bytes", "", function!(|value| sizes::bytes(&value, "si"))),
    (
        "bytes",
        "v",
        function!(|value, units| sizes::bytes_in(&value, &units)),
    ),
    ("duration", "", function!(|value| times::duration(value))),
    ("labels", "", function!(|value| objects::labels(&value))),
    (
        "labels",
        "v",
        function!(|value, name| objects::label(&value, &name)),
    ),
    ("name", "", function!(|value| objects::name(&value))),
    ("ports", "", function!(|value| ports::ports(&value))),
    ("short_id", "", function!(|value| objects::short_id(&value))),
];
