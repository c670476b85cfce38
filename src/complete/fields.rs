//! Fields of request bodies behind `-F`, and columns, from what Docker documents.

use super::candidate::Candidate;
use crate::catalogue::{self, Field};

/// Candidates for `-F`: the fields of the endpoint's request body, one level at a time.
pub fn of_body(endpoint: &str, method: Option<&str>, current: &str) -> Vec<Candidate> {
    let methods = method.map_or(vec!["POST", "PUT"], |method| vec![method]);
    let mut bodies = methods
        .iter()
        .filter_map(|method| catalogue::body(method, endpoint));
    let Some(body) = bodies.next() else {
        return Vec::new();
    };
    let start = current.rfind('[').map_or(0, |bracket| bracket + 1);
    let (prefix, _) = current.split_at(start);
    let keys = prefix.split(['[', ']']).filter(|key| !key.is_empty());
    let close = if prefix.is_empty() { "" } else { "]" };
    let fields = fields_below(&body, keys).iter();
    fields
        .map(|field| {
            let text = format!("{prefix}{}{close}{}", field.name, after_field(field));
            Candidate::beginning(text, field.type_name())
        })
        .collect()
}

/// What follows the name of a field before its value, or before the name of the next field.
fn after_field(field: &Field) -> &'static str {
    match (field.is_array(), field.has_fields(), field.is_map()) {
        (true, true, _) => "[][",
        (true, false, _) => "[]=",
        (false, _, true) | (false, true, _) => "[",
        _ => "=",
    }
}

/// Candidates for `--columns`: the fields of the endpoint's answer, one level at a time, behind the last comma.
pub fn of_answer(endpoint: &str, current: &str) -> Vec<Candidate> {
    let Some(answer) = catalogue::answer(endpoint) else {
        return Vec::new();
    };
    let (before, path) = last_path(current);
    let start = path.rfind('.').map_or(0, |dot| dot + 1);
    let (prefix, _) = path.split_at(start);
    let keys = prefix
        .split('.')
        .filter(|key| !key.is_empty() && !is_index(key));
    let fields = fields_below(&answer, keys).iter();
    fields
        .map(|field| {
            let dot = if field.has_fields() || field.is_map() {
                "."
            } else {
                ""
            };
            let text = format!("{before}{prefix}{}{dot}", field.name);
            Candidate::beginning(text, field.type_name())
        })
        .collect()
}

/// Candidates for `--columns` from the columns of a saved filter.
pub fn of_columns(columns: &str, current: &str) -> Vec<Candidate> {
    let (before, _) = last_path(current);
    let Ok(list) = dq_format::parse_columns(columns) else {
        return Vec::new();
    };
    let paths = list.columns.iter().map(dq_format::Column::path);
    let paths: Vec<String> = paths.collect();
    let keys = paths.iter().flat_map(|path| {
        let keys = path.trim_matches(['{', '}']).split(", ");
        keys.filter(|key| *key != ".")
    });
    keys.map(|key| Candidate::beginning(format!("{before}{key}"), ""))
        .collect()
}

/// Separates the path of the last column from what stands before it: other columns, spaces, and its header.
fn last_path(current: &str) -> (&str, &str) {
    let start = current.rfind([',', ':', '{']).map_or(0, |at| at + 1);
    let rest = &current[start..];
    let spaces = rest.len() - rest.trim_start().len();
    current.split_at(start + spaces)
}

fn is_index(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_digit())
}

/// The fields below the one that these keys lead to; none where any key may stand.
fn fields_below<'f, 'k>(root: &'f Field, keys: impl Iterator<Item = &'k str>) -> &'f [Field] {
    let mut field = root;
    let mut is_value_of_map = false;
    for key in keys {
        if field.is_map() && !is_value_of_map {
            is_value_of_map = true;
            continue;
        }
        is_value_of_map = false;
        let mut fields = field.fields.iter();
        match fields.find(|it| it.name.eq_ignore_ascii_case(key)) {
            Some(found) => field = found,
            None => return &[],
        }
    }
    if field.is_map() && !is_value_of_map {
        return &[];
    }
    &field.fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(found: Vec<Candidate>, start: &str) -> String {
        let found = found.into_iter().map(|it| it.value);
        let found = found.filter(|it| it.starts_with(start)).take(3);
        found.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn fields_of_bodies() {
        let of = |current: &str| values(of_body("/containers/create", None, current), current);
        assert_eq!(of("Im"), "Image=");
        assert_eq!(of("Cm"), "Cmd[]=");
        assert_eq!(of("Lab"), "Labels[");
        assert_eq!(
            of("HostConfig[Memory"),
            "HostConfig[Memory]= HostConfig[MemoryReservation]= HostConfig[MemorySwap]="
        );
        assert_eq!(of("HostConfig[Mou"), "HostConfig[Mounts][][");
        assert_eq!(of("HostConfig[Mounts][][Ty"), "HostConfig[Mounts][][Type]=");
        assert_eq!(of("Labels["), "");
        assert_eq!(of("Nothing["), "");
    }

    #[test]
    fn columns_of_answers() {
        let of = |current: &str| values(of_answer("/containers/json?all=1", current), current);
        assert_eq!(of("Na"), "Names");
        assert_eq!(of("Id,Sta"), "Id,State Id,Status");
        assert_eq!(of("ID: Id|short_id, Por"), "ID: Id|short_id, Ports.");
        assert_eq!(of("Ports.0.Pr"), "Ports.0.PrivatePort");
        assert_eq!(
            of("NetworkSettings.Networks.x.Gate"),
            "NetworkSettings.Networks.x.Gateway"
        );
        let of = |current: &str| values(of_columns("a|x, B: {c, d}|y, .|z", current), current);
        assert_eq!(of(""), "a c d");
        assert_eq!(of("a, "), "a, a a, c a, d");
    }
}
