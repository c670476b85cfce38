//! The fields of answers and request bodies, as Docker documents them. The table is parsed for one endpoint at a time.

use std::iter::Peekable;

use super::table::fitting;

const TABLE: &str = include_str!("../../completions/fields.txt");

/// A field of a JSON value, with the fields below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub(super) kind: &'static str,
    /// The fields of the object, or of the elements of the array or map.
    pub fields: Vec<Field>,
}

impl Field {
    /// The field below with this name.
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether the value is an array.
    pub fn is_array(&self) -> bool {
        self.kind.starts_with('[')
    }

    /// Whether the keys of the object are the user's own, as those of labels.
    pub fn is_map(&self) -> bool {
        self.kind.starts_with('<')
    }

    /// Whether the value, or each element of it, is an object of known fields.
    pub fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether it is neither an array nor an object; `None` if it may be anything.
    pub fn is_scalar(&self) -> Option<bool> {
        match self.kind.as_bytes().first() {
            Some(b's' | b'i' | b'n' | b'b') => Some(true),
            Some(b'*') | None => None,
            Some(_) => Some(false),
        }
    }

    /// The type in words: `array of strings`.
    pub fn type_name(&self) -> String {
        type_name(self.kind, false)
    }
}

pub(super) fn type_name(kind: &str, is_plural: bool) -> String {
    let word = |one: &str, many: &str| if is_plural { many } else { one }.to_owned();
    if let Some(element) = kind.strip_prefix('[') {
        return format!(
            "{} of {}",
            word("array", "arrays"),
            type_name(element, true)
        );
    }
    if let Some(value) = kind.strip_prefix('<') {
        return format!("{} of {}", word("map", "maps"), type_name(value, true));
    }
    match kind.split_once('=') {
        Some((_, values)) => values.replace('|', ", "),
        None => match kind {
            "s" => word("string", "strings"),
            "i" => word("integer", "integers"),
            "n" => word("number", "numbers"),
            "b" => word("boolean", "booleans"),
            "{" => word("object", "objects"),
            _ => word("value", "values"),
        },
    }
}

/// The answer of a GET of this path, which may have its placeholders filled in, a version and a query; `None` if its
/// fields are not known.
pub fn answer(path: &str) -> Option<Field> {
    answer_to("GET", path)
}

/// The answer of an endpoint, as [`answer`].
pub(super) fn answer_to(method: &str, path: &str) -> Option<Field> {
    section("answer", method, path)
}

/// The request body of an endpoint, as [`answer`].
pub fn body(method: &str, path: &str) -> Option<Field> {
    section("body", method, path)
}

fn section(part: &str, method: &str, path: &str) -> Option<Field> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let endpoint = fitting(path).into_iter().find(|it| it.method == method)?;
    let start = format!("{part} {method} {} ", endpoint.path);
    let mut lines = TABLE.lines().skip_while(|line| !line.starts_with(&start));
    let kind = &lines.next()?[start.len()..];
    let mut lines = lines
        .map_while(|line| Some((depth(line)?, line.trim_start_matches('\t'))))
        .peekable();
    let mut root = Field {
        name: "",
        kind,
        fields: Vec::new(),
    };
    add_fields(&mut root, 1, &mut lines);
    Some(root)
}

/// The depth of a line, in tabs; `None` for the first line of the next section.
fn depth(line: &str) -> Option<usize> {
    let depth = line.len() - line.trim_start_matches('\t').len();
    (depth > 0).then_some(depth)
}

/// Adds the fields at this depth, with those below them.
fn add_fields(
    parent: &mut Field,
    depth: usize,
    lines: &mut Peekable<impl Iterator<Item = (usize, &'static str)>>,
) {
    while let Some((_, line)) = lines.next_if(|(found, _)| *found == depth) {
        let (name, kind) = line.split_once(' ').unwrap_or((line, "*"));
        let mut field = Field {
            name,
            kind,
            fields: Vec::new(),
        };
        add_fields(&mut field, depth + 1, lines);
        parent.fields.push(field);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_of_an_endpoint_and_every_line_has_a_type() {
        let mut sections = 0;
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            if depth(line).is_some() {
                let (_, kind) = line.split_once(' ').unwrap();
                let end = kind.trim_start_matches(['[', '<']);
                assert!(end.starts_with(['s', 'i', 'n', 'b', '*', '{']), "{line}");
                continue;
            }
            let mut words = line.split(' ');
            let (part, method, path) = (words.next(), words.next(), words.next());
            assert!(["answer", "body"].contains(&part.unwrap()), "{line}");
            let found = fitting(path.unwrap());
            assert!(
                found.iter().any(|it| it.method == method.unwrap()),
                "{line}"
            );
            sections += 1;
        }
        assert_eq!(sections, 76);
    }

    #[test]
    fn fields_are_found_by_path() {
        let containers = answer("/v1.45/containers/json?all=1").unwrap();
        assert!(containers.is_array());
        let ports = containers.field("Ports").unwrap();
        assert_eq!(ports.type_name(), "array of objects");
        assert_eq!(ports.field("Type").unwrap().type_name(), "tcp, udp, sctp");
        let container = answer("/containers/web/json").unwrap();
        let state = container.field("State").unwrap();
        assert_eq!(state.field("ExitCode").unwrap().type_name(), "integer");
        let create = body("POST", "/containers/create?name=x").unwrap();
        assert_eq!(create.field("Cmd").unwrap().type_name(), "array of strings");
        assert!(create.field("Labels").unwrap().is_map());
        assert!(body("GET", "/containers/json").is_none());
        assert!(answer("/containers/web/logs").is_none());
    }
}
