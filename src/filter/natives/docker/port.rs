//! The ports in the answers of Docker and Podman, one value of each place that they can stand in.

use crate::natives::json::to_number;
use crate::natives::native::fail;
use crate::natives::strings::split;
use dq_json::value::{Array, Map, Num, Value, ValueError};

/// A port as it is shown, or the first one of a range.
#[derive(Clone)]
pub(super) struct Port {
    /// The number inside of the container.
    pub private: Value,
    /// `tcp`, `udp` or `sctp`.
    pub kind: Value,
    /// The address that it is published on; null if it is not published.
    pub ip: Value,
    /// The number that it is published as, or null.
    pub public: Value,
    /// The last number inside of the container, of a range.
    pub last: Value,
}

impl Port {
    fn new(private: Value, kind: Value, ip: Value, public: Value) -> Self {
        let is_anywhere = |ip: &Value| matches!(ip, Value::Null) || ip.as_str() == Some("");
        let ip = match public {
            Value::Null => Value::Null,
            _ if is_anywhere(&ip) => Value::str("*"),
            _ => ip,
        };
        Self {
            last: private.clone(),
            private,
            kind,
            ip,
            public,
        }
    }
}

/// The ports of a map such as `{"80/tcp": [{"HostIp": "", "HostPort": "8080"}], "443/tcp": null}`.
///
/// # Errors
/// A number that is none, and bindings that are not objects.
pub(super) fn of_map(map: &Map) -> Result<Vec<Port>, ValueError> {
    let mut ports = Vec::new();
    for (key, bindings) in map {
        let (number, kind) = match key.split_once('/') {
            Some((number, kind)) => (number, kind.split('/').next().unwrap_or_default()),
            None => (&**key, "tcp"),
        };
        let private = number_or_null(Value::str(number))?;
        let kind = Value::str(kind);
        match bindings {
            Value::Arr(bindings) if !bindings.is_empty() => {
                for binding in bindings.iter() {
                    let ip = binding.get(&Value::str("HostIp"))?;
                    let public = number_or_null(binding.get(&Value::str("HostPort"))?)?;
                    ports.push(Port::new(private.clone(), kind.clone(), ip, public));
                }
            }
            _ => ports.push(Port::new(private, kind, Value::Null, Value::Null)),
        }
    }
    Ok(ports)
}

/// The ports of a list: Docker's or Podman's of a container, or a service's.
///
/// # Errors
/// A number that is none, and entries that are not objects.
pub(super) fn of_list(items: &Array) -> Result<Vec<Port>, ValueError> {
    let mut ports = Vec::new();
    for item in items.iter() {
        if !matches!(item, Value::Obj(_) | Value::Null) {
            item.get(&Value::str("range"))?;
        }
        let range = first(item, &["range"]).unwrap_or(Value::from(1usize));
        let kinds = first(item, &["Type", "protocol", "Protocol"]).unwrap_or(Value::str("tcp"));
        let Value::Arr(kinds) = split(kinds, Value::str(","))? else {
            continue;
        };
        for kind in kinds.iter() {
            let Value::Num(count) = &range else {
                return fail("Range bounds must be numeric");
            };
            let mut offset = 0isize;
            while (offset as f64) < count.as_f64() {
                ports.push(of_item(item, kind, Value::from(offset))?);
                offset += 1;
            }
        }
    }
    Ok(ports)
}

/// A port of a list's entry; `offset` counts through its range.
fn of_item(item: &Value, kind: &Value, offset: Value) -> Result<Port, ValueError> {
    let ip = either(item, &["IP", "host_ip"]);
    let private = either(item, &["PrivatePort", "container_port", "TargetPort"]);
    let private = (private + offset.clone())?;
    let public = either(item, &["PublicPort", "host_port", "PublishedPort"]);
    let public = match number_or_null(public)? {
        Value::Null => Value::Null,
        public => (public + offset)?,
    };
    Ok(Port::new(private, kind.clone(), ip, public))
}

/// The first of these members that is neither null nor false.
fn first(item: &Value, keys: &[&str]) -> Option<Value> {
    let Value::Obj(object) = item else {
        return None;
    };
    let values = keys.iter().filter_map(|key| object.field(key));
    let mut values = values.filter(|it| !matches!(it, Value::Null | Value::Bool(false)));
    values.next()
}

/// As `.a // .b`: the last of the members if none is true.
fn either(item: &Value, keys: &[&str]) -> Value {
    let last = || match item {
        Value::Obj(object) => object.field(keys.last()?),
        _ => None,
    };
    first(item, keys).or_else(last).unwrap_or(Value::Null)
}

/// The number of a port; null for none, which is also an empty text or 0.
fn number_or_null(value: Value) -> Result<Value, ValueError> {
    if matches!(value, Value::Null) || value.as_str() == Some("") {
        return Ok(Value::Null);
    }
    let number = to_number(value)?;
    let is_zero = matches!(&number, Value::Num(number) if Num::as_f64(number) == 0.0);
    Ok(if is_zero { Value::Null } else { number })
}
