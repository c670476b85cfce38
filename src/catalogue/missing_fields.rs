//! Fields that a filter names and that the documented answer lacks.

use super::fields::{Field, answer};
use dq_filter::{PathStep, literal_paths, nearest, path_text};

/// A hint about the first field that a filter names and that the answer of a GET of this path lacks; `None` if there is
/// none, or if the fields of the answer are not known.
pub fn missing_field_hint(path: &str, filter: &str) -> Option<String> {
    let answer = answer(path)?;
    let paths = literal_paths(filter);
    let (missing, near) = paths.iter().find_map(|steps| missing(&answer, steps))?;
    let path = path.split('?').next().unwrap_or_default();
    let lacks = format!("{path} has no {}", path_text(missing));
    Some(match near {
        Some(name) => format!("{lacks}: did you mean {}?", path_text(&[name])),
        None => format!("{lacks}: dq --endpoints {path} lists its fields"),
    })
}

/// The steps up to the first key that is not among the fields, and the key that was probably meant.
fn missing<'s>(
    answer: &Field,
    steps: &'s [PathStep],
) -> Option<(&'s [PathStep], Option<PathStep>)> {
    let mut field = answer;
    let mut is_element = false;
    for (at, step) in steps.iter().enumerate() {
        match step {
            PathStep::Element if field.is_array() && !is_element => is_element = true,
            PathStep::Key(name)
                if field.has_fields() && field.is_array() == is_element && !field.is_map() =>
            {
                match field.field(name) {
                    Some(found) => {
                        field = found;
                        is_element = false;
                    }
                    None => return Some((&steps[..=at], near(field, name))),
                }
            }
            // Anything may be below a map, a scalar or a value of any type.
            _ => return None,
        }
    }
    None
}

fn near(field: &Field, name: &str) -> Option<PathStep> {
    let names = || field.fields.iter().map(|field| field.name);
    let same = names().find(|known| known.eq_ignore_ascii_case(name));
    let lower = name.to_ascii_lowercase();
    let begins = || {
        let mut starting = names().filter(|known| known.to_ascii_lowercase().starts_with(&lower));
        starting.next()
    };
    let lowered: Vec<String> = names().map(str::to_ascii_lowercase).collect();
    let similar = || {
        let found = nearest(&lower, lowered.iter().map(String::as_str))?;
        names().find(|known| known.eq_ignore_ascii_case(found))
    };
    let found = same.or_else(similar).or_else(begins)?;
    Some(PathStep::Key(found.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints() {
        let list = "/containers/json?all=1";
        let cases = [
            (
                list,
                ".[].name",
                Some("/containers/json has no .[].name: did you mean .Names?"),
            ),
            (
                list,
                ".[] | {Id, image}",
                Some("/containers/json has no .[].image: did you mean .Image?"),
            ),
            (
                list,
                ".[] | select(.state == \"x\")",
                Some("/containers/json has no .[].state: did you mean .State?"),
            ),
            (list, ".[].State.Status", None),
            (list, ".[].Labels.anything", None),
            (list, ".name", None),
            (list, ".[].Names[0], length", None),
            (
                "/v1.45/containers/web/json",
                ".State.Healt.Status",
                Some("/v1.45/containers/web/json has no .State.Healt: did you mean .Health?"),
            ),
            (
                "/containers/web/json",
                ".Zzz",
                Some(
                    "/containers/web/json has no .Zzz: dq --endpoints /containers/web/json lists its fields",
                ),
            ),
            ("/volumes", ".[].Name", None),
            (
                "/volumes",
                ".Volumes[].name",
                Some("/volumes has no .Volumes[].name: did you mean .Name?"),
            ),
            ("/somewhere", ".x", None),
        ];
        for (path, filter, expected) in cases {
            assert_eq!(
                missing_field_hint(path, filter).as_deref(),
                expected,
                "{filter}"
            );
        }
    }
}
