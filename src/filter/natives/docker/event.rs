//! An event as docker events prints it.

use super::objects::pair;
use crate::natives::arrays::keys;
use crate::natives::math::unary;
use crate::natives::native::fail;
use crate::natives::time::local;
use dq_json::value::{Map, ValR, Value, ValueError};

/// `_event_line`: the time in the local zone with nanoseconds, type, action, ID and attributes.
pub(super) fn line(value: &Value) -> ValR {
    let event = match value {
        Value::Obj(event) if event.contains_key("time") => event,
        _ => return fail("this is not an event"),
    };
    let actor = match event.get("Actor") {
        Some(Value::Obj(actor)) => Some(actor),
        None | Some(Value::Null) => None,
        Some(other) => return other.get(&Value::str("Attributes")),
    };
    let of_actor = |key| actor.and_then(|actor| member(actor, key));
    let attributes = attributes(of_actor("Attributes"))?;
    let time = time(event)?;
    let action = member(event, "Action").or_else(|| event.get("status"));
    let id = of_actor("ID").or_else(|| event.get("id"));
    let words = [event.get("Type"), action, id].into_iter().flatten();
    let words = std::iter::once(&*time).chain(words.filter_map(Value::as_str));
    let mut line = words.collect::<Vec<_>>().join(" ");
    if !attributes.is_empty() {
        line = format!("{line} ({attributes})");
    }
    Ok(Value::from(line))
}

/// A member that is neither null nor false.
fn member<'m>(map: &'m Map, key: &str) -> Option<&'m Value> {
    let value = map.get(key);
    value.filter(|value| !matches!(value, Value::Null | Value::Bool(false)))
}

/// The attributes in the order of their names: `k=v, k=v`.
fn attributes(attributes: Option<&Value>) -> Result<String, ValueError> {
    let pairs: Vec<String> = match attributes {
        None => Vec::new(),
        Some(Value::Obj(map)) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries.into_iter();
            entries.map(|(key, value)| pair(key, value)).collect()
        }
        Some(Value::Arr(items)) => {
            let items = items.iter().enumerate();
            items
                .map(|(at, item)| pair(&at.to_string(), item))
                .collect()
        }
        Some(other) => return keys(other, false).map(|_| String::new()),
    };
    Ok(pairs.join(", "))
}

fn time(event: &Map) -> Result<String, ValueError> {
    let billion = || Value::from(1_000_000_000usize);
    let nanoseconds = match member(event, "timeNano") {
        Some(nanoseconds) => nanoseconds.clone(),
        None => {
            let seconds = member(event, "time").cloned();
            (seconds.unwrap_or(Value::from(0isize)) * billion())?
        }
    };
    let seconds = unary(&(nanoseconds.clone() / billion())?, f64::floor)?;
    let zone = local(&seconds, "%z")?;
    let zone = match zone.as_str().unwrap_or_default() {
        "+0000" => "Z".to_owned(),
        zone => {
            let (hours, minutes) = zone.split_at_checked(3).unwrap_or((zone, ""));
            format!("{hours}:{minutes}")
        }
    };
    let clock = local(&seconds, "%Y-%m-%dT%H:%M:%S")?;
    let digits = nanoseconds.to_json();
    let digits = &digits[digits.len().saturating_sub(9)..];
    let clock = clock.as_str().unwrap_or_default();
    Ok(format!("{clock}.{digits}{zone}"))
}
