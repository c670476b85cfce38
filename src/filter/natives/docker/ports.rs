//! The ports of a container, service or image as docker ps prints them.

use std::cmp::Ordering;

use super::port::{Port, of_list, of_map};
use crate::natives::arrays::contains;
use crate::natives::native::fail;
use dq_json::value::{Object, ValR, Value, ValueError};

/// `ports`: with ranges collapsed, and with 0.0.0.0 and [::] as *.
pub(super) fn ports(value: &Value) -> ValR {
    let found = match value {
        Value::Obj(object) => found(object).unwrap_or_else(|| value.clone()),
        other => other.clone(),
    };
    let ports = match &found {
        Value::Null | Value::Str(_) => return Ok(found),
        Value::Arr(items) => of_list(items)?,
        Value::Obj(object) => of_map(object)?,
        other => return fail(format_args!("{} has no ports", other.type_name())),
    };
    let mut runs = runs(by_address(ports)?)?;
    runs.sort_by(|l, r| order(&numbers(l), &numbers(r)).then_with(|| order(&l.ip, &r.ip)));
    let texts = runs.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok(Value::from(texts.join(", ")))
}

/// Where the ports of an object are; `None` if the object is a map of ports itself.
fn found(object: &Object) -> Option<Value> {
    if let Some(ports) = object.field("Ports") {
        return Some(ports);
    }
    let places = [
        ("NetworkSettings", "Ports"),
        ("Endpoint", "Ports"),
        ("Config", "ExposedPorts"),
    ];
    for (place, key) in places {
        if let Some(Value::Obj(inner)) = object.field(place) {
            return Some(inner.field(key).unwrap_or(Value::Null));
        }
    }
    let is_map = object.keys().all(|key| key.contains('/'));
    (!is_map).then_some(Value::Null)
}

/// jq's order of values or lists of them. In jq NaN is less than itself; here it equals itself, because a sort needs a
/// total order.
fn order<K: Ord>(l: &K, r: &K) -> Ordering {
    match l.cmp(r) {
        Ordering::Less if r < l => Ordering::Equal,
        order => order,
    }
}

/// The numbers of a port and its kind.
fn numbers(port: &Port) -> [&Value; 3] {
    [&port.private, &port.kind, &port.public]
}

/// Ports that are published, or not, under the same numbers become one for each address, or one for all addresses.
fn by_address(mut ports: Vec<Port>) -> Result<Vec<Port>, ValueError> {
    ports.sort_by(|l, r| order(&numbers(l), &numbers(r)));
    let mut merged = Vec::with_capacity(ports.len());
    for group in ports.chunk_by(|l, r| numbers(l) == numbers(r)) {
        let Some(first) = group.first() else { continue };
        if matches!(first.ip, Value::Null) {
            merged.push(first.clone());
            continue;
        }
        for ip in addresses(group) {
            merged.push(Port {
                ip,
                ..first.clone()
            });
        }
    }
    Ok(merged)
}

/// The addresses of these ports; one word stands for an address of IPv4 and the same of IPv6.
fn addresses(ports: &[Port]) -> Vec<Value> {
    let mut ips: Vec<Value> = ports.iter().map(|port| port.ip.clone()).collect();
    ips.sort_by(order);
    ips.dedup();
    for (v4, v6, both) in [("0.0.0.0", "::", "*"), ("127.0.0.1", "::1", "localhost")] {
        let is = |ip: &Value, text| ip.as_str() == Some(text);
        if [v4, v6]
            .iter()
            .all(|text| ips.iter().any(|ip| is(ip, text)))
        {
            ips.retain(|ip| !is(ip, v4) && !is(ip, v6));
            ips.push(Value::str(both));
        }
    }
    ips
}

/// Ports with consecutive numbers, whose public numbers are as far apart, become one.
fn runs(ports: Vec<Port>) -> Result<Vec<Port>, ValueError> {
    let mut keyed = Vec::with_capacity(ports.len());
    for port in ports {
        let distance = match port.public {
            Value::Null => Value::Null,
            _ => (port.public.clone() - port.private.clone())?,
        };
        keyed.push((distance, port));
    }
    let mut runs: Vec<Port> = Vec::new();
    keyed.sort_by(|(l, a), (r, b)| order(&[&a.ip, &a.kind, l], &[&b.ip, &b.kind, r]));
    let is_same =
        |(l, a): &(Value, Port), (r, b): &(Value, Port)| a.ip == b.ip && a.kind == b.kind && l == r;
    for group in keyed.chunk_by(is_same) {
        let mut ports: Vec<Port> = group.iter().map(|(_, port)| port.clone()).collect();
        ports.sort_by(|l, r| order(&l.private, &r.private));
        let first = runs.len();
        for port in ports {
            match runs[first..].last_mut() {
                Some(run) if follows(run, &port)? => run.last = port.private,
                _ => runs.push(port),
            }
        }
    }
    Ok(runs)
}

fn follows(run: &Port, port: &Port) -> Result<bool, ValueError> {
    Ok((run.last.clone() + Value::from(1usize))? == port.private)
}

/// `*:8080-8081->80-81/tcp`
fn text(port: &Port) -> Result<String, ValueError> {
    let more = (port.last.clone() - port.private.clone())?;
    let inside = span(&port.private, &port.last);
    let kind = port.kind.as_str().unwrap_or_default();
    if matches!(port.public, Value::Null) {
        return Ok(format!("{inside}/{kind}"));
    }
    let is_v6 = matches!(contains(&port.ip, &Value::str(":"))?, Value::Bool(true));
    let ip = port.ip.as_str().unwrap_or_default();
    let ip = if is_v6 {
        format!("[{ip}]")
    } else {
        ip.to_owned()
    };
    let outside = span(&port.public, &(port.public.clone() + more)?);
    Ok(format!("{ip}:{outside}->{inside}/{kind}"))
}

fn span(first: &Value, last: &Value) -> String {
    if first == last {
        return first.to_json();
    }
    format!("{}-{}", first.to_json(), last.to_json())
}
