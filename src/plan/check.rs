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
            return Err(Error::Usage {
                message: format!("{}, so nothing was sent", found.message),
                hint: Some(found.hint),
            });
        }
        warnings.push(format!("{}\nhint: {}", found.message, found.hint));
    }
    Ok(())
}
