//! The metadata of module files: what `modulemeta` gives, and the keys of an import.

use std::path::PathBuf;

use jaq_core::load::parse::Term as T;

use super::search::{locate, read_module};
use crate::syntax::{self, Import, constant_value, is_constant};
use dq_json::value::Value;

/// The output of `modulemeta`: the metadata, the imports and the definitions of the module `name`.
///
/// # Errors
/// A message, if there is no such module or it does not parse.
pub(crate) fn module_metadata(name: &str, search_path: &[PathBuf]) -> Result<Value, String> {
    let file = locate(name, search_path, "jq")?;
    let text = read_module(&file)?;
    let module = syntax::parse_module(&text).map_err(|error| error.message)?;
    let mut metadata = match &module.meta {
        Some(metadata) => constant_value(metadata)?,
        None => Value::object::<&str>([]),
    };
    let dependencies = module
        .imports
        .iter()
        .map(dependency)
        .collect::<Result<Value, String>>()?;
    let definitions = module
        .defs
        .iter()
        .map(|def| Value::from(format!("{}/{}", def.name, def.args.len())))
        .collect();
    for (key, value) in [("deps", dependencies), ("defs", definitions)] {
        metadata = metadata
            .set(&Value::str(key), value)
            .map_err(|error| error.to_string())?;
    }
    Ok(metadata)
}

fn dependency(import: &Import) -> Result<Value, String> {
    let metadata = import
        .meta
        .as_ref()
        .map_or_else(|| Ok(Value::object::<&str>([])), constant_value)?;
    let name = import
        .name
        .map(|name| ("as", Value::str(name.trim_start_matches('$'))));
    let is_data = import.name.is_some_and(|name| name.starts_with('$'));
    let own = name.into_iter().chain([
        ("is_data", Value::Bool(is_data)),
        ("relpath", Value::str(&*import.path)),
    ]);
    (metadata + Value::object(own)).map_err(|error| error.to_string())
}

/// The value under a key of an import's metadata, null where there is none.
///
/// # Errors
/// A message in jq's words, if the metadata is not a constant object.
pub(super) fn import_option(import: &Import, key: &str) -> Result<Value, String> {
    let Some(metadata) = &import.meta else {
        return Ok(Value::Null);
    };
    match constant_value(metadata)? {
        Value::Obj(map) => Ok(map.get(key).cloned().unwrap_or(Value::Null)),
        _ => Err("Module metadata must be an object".into()),
    }
}

/// Checks that the metadata of a `module` directive or an import is a constant object.
///
/// # Errors
/// A message in jq's words.
pub(crate) fn check_metadata(metadata: Option<&syntax::Term>) -> Result<(), &'static str> {
    match metadata {
        Some(metadata) if !is_constant(metadata) => Err("Module metadata must be constant"),
        Some(T::Obj(_)) | None => Ok(()),
        Some(_) => Err("Module metadata must be an object"),
    }
}
