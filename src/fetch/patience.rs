//! Sending with a limit on the wait for a response that slow endpoints may exceed, but not a server that is stuck.

use crate::client::Client;
use crate::client_settings::ClientSettings;
use crate::error::Error;
use crate::request::{Payload, Request, Source};
use crate::response::Response;

/// Sends a request that can be repeated. If its response does not begin within
/// [`ClientSettings::response_timeout`], the server is pinged as an engine is (`/_ping`): one that answers this, in
/// whatever way, is busy rather than stuck, and is asked again without that limit. `/system/df` may take minutes.
///
/// # Errors
/// As [`Client::send`]; `Timeout` where the server does not answer at all.
pub fn send_patiently(client: &Client, request: &Request) -> Result<Response, Error> {
    let settings = client.settings();
    let sent = client.send(request);
    let is_repeatable = matches!(&*request.method, "GET" | "HEAD");
    if settings.response_timeout.is_none() || !is_repeatable || !is_wait(&sent) {
        return sent;
    }
    let ping = Request {
        method: "GET".into(),
        source: Source::Endpoint("/_ping".into()),
        payload: Payload::None,
        ..request.clone()
    };
    let limited = ClientSettings {
        max_time: settings.response_timeout,
        retries: 0,
        ..settings.clone()
    };
    if Client::new(client.host().clone(), limited)
        .send(&ping)
        .is_err()
    {
        return sent;
    }
    let patient = ClientSettings {
        response_timeout: None,
        ..settings.clone()
    };
    client.with_settings(patient).send(request)
}

/// Whether the request was sent and nothing came.
fn is_wait(sent: &Result<Response, Error>) -> bool {
    let doing = match sent {
        Err(Error::Timeout { doing }) => doing.as_str(),
        _ => return false,
    };
    doing == "waiting for the response"
}
