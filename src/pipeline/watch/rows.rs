//! The rows of the outputs: which row is which, and which of them have changed.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use super::answer::Shown;
use super::durations::without_durations;
use super::frame::RowState;
use dq_json::value::{FilterOutput, Value};

/// The keys that tell rows apart, as the saved filters and the engine call them.
const IDENTITIES: [&str; 8] = [
    "id", "Id", "ID", "name", "Name", "Names", "names", "RepoTags",
];

/// A row of the outputs.
struct Row {
    /// The same for the same thing in every round.
    identity: String,
    /// What a change is judged by.
    data: Value,
    is_stale: bool,
}

/// The rows of the last round, and since when each is as it is.
#[derive(Default)]
pub struct KnownRows {
    rows: HashMap<String, (Value, Option<Instant>)>,
    has_begun: bool,
    /// Numbers change all the time: they are no change of a row.
    ignores_numbers: bool,
}

impl KnownRows {
    pub fn new(ignores_numbers: bool) -> Self {
        Self {
            ignores_numbers,
            ..Self::default()
        }
    }

    /// Takes the outputs of a round. Gives the state of each row, in order.
    pub fn update(&mut self, outputs: &[&Shown], explodes_arrays: bool) -> Vec<RowState> {
        let now = Instant::now();
        let rows = self.rows_of(outputs, explodes_arrays);
        let mut known = HashMap::with_capacity(rows.len());
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            let Row {
                identity,
                data,
                is_stale,
            } = row;
            let changed = match self.rows.get(&identity) {
                Some((before, changed)) if *before == data => *changed,
                _ => self.has_begun.then_some(now),
            };
            changes.push(RowState { changed, is_stale });
            known.insert(identity, (data, changed));
        }
        self.rows = known;
        self.has_begun = true;
        changes
    }

    fn rows_of(&self, outputs: &[&Shown], explodes_arrays: bool) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut taken = HashSet::new();
        for shown in outputs.iter().filter(|it| !it.is_text) {
            let host = shown.host.as_deref().unwrap_or_default();
            let output = FilterOutput::Value(shown.value.clone());
            dq_format::for_each_row(output, explodes_arrays, &mut |row| {
                let named = identity(row).map(|name| format!("{host}\0{name}"));
                // Rows that call themselves the same are told apart by their place.
                let identity = named.filter(|name| !taken.contains(name));
                let identity = identity.unwrap_or_else(|| format!("{host}\0\0{}", rows.len()));
                taken.insert(identity.clone());
                let data = essence(row, self.ignores_numbers);
                rows.push(Row {
                    identity,
                    data,
                    is_stale: shown.is_stale,
                });
            });
        }
        rows
    }
}

/// What the row calls itself.
fn identity(row: &Value) -> Option<String> {
    let Value::Obj(map) = row else { return None };
    let keys = IDENTITIES.iter();
    let named = keys.filter_map(|key| map.field(key));
    named
        .filter(|value| !matches!(value, Value::Null))
        .map(|value| value.to_json())
        .next()
}

/// The value without what changes by itself: durations, and numbers where they are ignored.
pub fn essence(value: &Value, ignores_numbers: bool) -> Value {
    match value {
        Value::Str(text) => Value::str(&*without_durations(text)),
        Value::Num(_) if ignores_numbers => Value::Null,
        Value::Arr(items) => {
            let items = items.iter().map(|item| essence(item, ignores_numbers));
            Value::from(items.collect::<Vec<_>>())
        }
        Value::Obj(map) => {
            let members = map.iter();
            Value::object(
                members.map(|(key, value)| (key.clone(), essence(value, ignores_numbers))),
            )
        }
        other => other.clone(),
    }
}
