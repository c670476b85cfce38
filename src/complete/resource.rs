//! The resources of a host, such as containers and images: their names, IDs and labels, read from a list.

use serde_json::Value;

use super::candidate::Candidate;

/// How many digits of an ID docker prints.
const SHORT_ID: usize = 12;

/// A resource under one of its names.
pub struct Resource {
    pub name: String,
    /// 64 hexadecimal digits for most collections.
    pub id: String,
    /// A short description.
    pub about: String,
}

impl Resource {
    /// The ID as docker prints it.
    pub fn short_id(&self) -> &str {
        self.id.get(..SHORT_ID).unwrap_or(&self.id)
    }
}

/// The names that start like the word; if there are none, the IDs that do.
pub fn matching(resources: &[Resource], start: &str) -> Vec<Candidate> {
    let by_name = resources.iter().filter(|it| it.name.starts_with(start));
    let mut found: Vec<_> = by_name
        .map(|it| Candidate::new(&it.name, &it.about))
        .collect();
    if found.is_empty() && !start.is_empty() {
        // More digits than docker prints were typed, so all are offered.
        let id = |it: &Resource| {
            if start.len() > SHORT_ID {
                it.id.clone()
            } else {
                it.short_id().to_owned()
            }
        };
        let by_id = resources.iter().filter(|it| it.id.starts_with(start));
        found = by_id
            .map(|it| Candidate::new(id(it), format!("{}  {}", it.name, it.about)))
            .collect();
    }
    found
}

/// The resource of an element of a list, once for each of its names: an image has several.
pub fn resources(element: &Value, collection: &str) -> Vec<Resource> {
    let text = |pointer: &str| element.pointer(pointer).and_then(Value::as_str);
    let owned = |pointer| text(pointer).unwrap_or_default().to_owned();
    let id = text("/Id").or_else(|| text("/ID")).unwrap_or_default();
    let id = id.trim_start_matches("sha256:").to_owned();
    let (names, about) = match collection {
        "containers" => (
            container_name(element).into_iter().collect(),
            format!("{}  {}", owned("/Image"), owned("/State")),
        ),
        "images" | "distribution" => (strings(element, "/RepoTags"), megabytes(element)),
        "networks" | "volumes" => (vec![owned("/Name")], owned("/Driver")),
        "plugins" => (vec![owned("/Name")], owned("/Config/Description")),
        "services" => (
            vec![owned("/Spec/Name")],
            owned("/Spec/TaskTemplate/ContainerSpec/Image"),
        ),
        "nodes" => (
            vec![owned("/Description/Hostname")],
            format!("{}  {}", owned("/Spec/Role"), owned("/Status/State")),
        ),
        "tasks" => (vec![id.clone()], owned("/Status/State")),
        _ => (vec![owned("/Spec/Name")], String::new()),
    };
    let resource = |name| Resource {
        name,
        id: id.clone(),
        about: about.clone(),
    };
    // Docker's name for an image without one, and path segments that the client would resolve.
    let is_name = |name: &String| !matches!(&**name, "" | "." | ".." | "<none>:<none>");
    let mut found: Vec<_> = names.into_iter().filter(is_name).map(resource).collect();
    if found.is_empty() && !id.is_empty() {
        let mut unnamed = resource(String::new());
        unnamed.name = unnamed.short_id().to_owned();
        found.push(unnamed);
    }
    found
}

/// The container's own name; `/other/alias` is the name by which a linked container knows it.
fn container_name(element: &Value) -> Option<String> {
    let is_own = |name: &String| name.matches('/').count() == 1;
    let name = strings(element, "/Names").into_iter().find(is_own)?;
    Some(name.trim_start_matches('/').to_owned())
}

fn strings(element: &Value, pointer: &str) -> Vec<String> {
    let list = element.pointer(pointer).and_then(Value::as_array);
    let texts = list.into_iter().flatten().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

fn megabytes(element: &Value) -> String {
    let size = element.get("Size").and_then(Value::as_f64);
    size.map_or_else(String::new, |it| format!("{:.1} MB", it / 1e6))
}

/// The labels of an element, as `key` or `key=value`.
pub fn labels(element: &Value) -> Vec<String> {
    let labels = element
        .get("Labels")
        .or_else(|| element.pointer("/Spec/Labels"));
    let pairs = labels.and_then(Value::as_object).into_iter().flatten();
    pairs
        .map(|(key, value)| match value.as_str() {
            Some("") | None => key.clone(),
            Some(value) => format!("{key}={value}"),
        })
        .collect()
}
