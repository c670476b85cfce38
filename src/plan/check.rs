//! Names in a request, compared with what the endpoint takes.

use super::request;
use crate::catalogue;
use crate::cli::RequestOptions;
use crate::error::Error;

/// Refuses parameters that the endpoint does not know where the request may change something: the engine would ignore
/// them, and a misspelt filter would prune everything. For GET and HEAD, and for unlisted values, it adds a warning.
///
/// The query that is part of `path` is sent as typed.
///
/// # Errors
/// A usage error with what was probably meant.
pub(super) fn query(
    method: &str,
    path: &str,
    typed: &RequestOptions,
    host: &dq_fetch::Host,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let parameters = request::parameters_in_query(typed)?;
    if parameters.is_empty() {
        return Ok(());
    }
    let podman = host.to_string().contains("podman");
    for found in catalogue::misspellings(method, path, &parameters, podman) {
        if found.is_name && !matches!(method, "GET" | "HEAD") {
            let way_round = if found.hint.starts_with("did you mean") {
                ""
            } else {
                "; typed in the endpoint itself, any other is sent"
            };
            return Err(Error::Usage {
                message: format!("{}, so nothing was sent", found.message),
                hint: Some(format!("{}{way_round}", found.hint)),
            });
        }
        warnings.push(format!("{}\nhint: {}", found.message, found.hint));
    }
    Ok(())
}

/// Refuses a body with what the endpoint takes as parameters, where it reads no body, as `-d signal=HUP` for `kill`: curl
/// sends it as a form, which Docker takes parameters from. Any other body for such an endpoint is a warning.
///
/// # Errors
/// A usage error with what was probably meant.
pub(super) fn body(
    method: &str,
    path: &str,
    typed: &RequestOptions,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let data = typed.data.first().and_then(|data| data.to_str());
    let Some(data) = data.filter(|data| !data.is_empty()) else {
        return Ok(());
    };
    let keys = keys_of(data).into_iter();
    let found: Vec<_> = keys
        .filter_map(|key| catalogue::field_without_body(method, path, &key))
        .collect();
    if let Some(refused) = found.iter().find(|found| found.is_refused) {
        return Err(Error::Usage {
            message: format!("{}, so nothing was sent", refused.message),
            hint: Some(refused.hint.clone()),
        });
    }
    warnings.extend(
        found
            .first()
            .map(|found| format!("{}\nhint: {}", found.message, found.hint)),
    );
    Ok(())
}

/// The keys of a body as text: of a JSON object, or of a form. A body of another kind has the key `""`.
fn keys_of(data: &str) -> Vec<String> {
    if let Ok(serde_json::Value::Object(object)) = serde_json::from_str(data) {
        return object.into_iter().map(|(key, _)| key).collect();
    }
    let pairs = data.split('&');
    pairs
        .map(|pair| pair.split_once('=').map_or("", |(key, _)| key).to_owned())
        .collect()
}

/// Adds a warning for each field of the body that the endpoint does not know, or whose value should be an array or an
/// object. It is no error: engines of other versions know other fields.
///
/// # Errors
/// Fields that are not UTF-8; a field that is a query parameter of an endpoint that reads no body.
pub(super) fn fields(
    method: &str,
    path: &str,
    typed: &RequestOptions,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    if typed.fields.is_empty() || matches!(method, "GET" | "HEAD") {
        return Ok(());
    }
    for field in request::typed_fields(typed)? {
        let key = field.key();
        let value = field.text.strip_prefix(key);
        let value = value.and_then(|rest| rest.strip_prefix('='));
        if let Some(found) = catalogue::misspelt_field(method, path, key, value) {
            if found.is_refused {
                return Err(Error::Usage {
                    message: format!("{}, so nothing was sent", found.message),
                    hint: Some(found.hint),
                });
            }
            warnings.push(format!("{}\nhint: {}", found.message, found.hint));
        }
    }
    Ok(())
}
