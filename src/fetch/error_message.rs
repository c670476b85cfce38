//! Finds the message in the body of an error response.

use dq_text::one_line;
use serde_json::Value;

/// The message in the body of an error response, as one line without control characters, and whether the body is JSON.
/// The message is empty if there is none.
pub(crate) fn find(body: &[u8]) -> (String, bool) {
    match serde_json::from_slice(body) {
        Ok(value) => {
            let message = in_json(&value).unwrap_or_else(|| value.to_string());
            (one_line(message.trim()), true)
        }
        Err(_) => (one_line(&in_text(&String::from_utf8_lossy(body))), false),
    }
}

/// The message of a JSON object. Docker has `message`, Podman `message` and `cause`, Caddy and LXD `error`, Firecracker
/// `fault_message`, NGINX Unit `error` and `detail`, snapd `result.message`, registries `errors`.
fn in_json(value: &Value) -> Option<String> {
    let object = value.as_object()?;
    let named = |name: &str| object.get(name).and_then(sentence);
    let first = [
        "message",
        "error",
        "fault_message",
        "errors",
        "result",
        "title",
    ]
    .into_iter()
    .find_map(named);
    let more = ["cause", "detail"].into_iter().find_map(named);
    match (first, more) {
        (Some(first), Some(more)) if !first.contains(&more) => Some(format!("{first}: {more}")),
        (first, more) => first.or(more),
    }
}

/// A string that is not blank, or the one in an object's `message` or in the first element of an array.
fn sentence(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.clone()),
        Value::Object(inner) => inner.get("message").and_then(sentence),
        Value::Array(several) => several.first().and_then(sentence),
        _ => None,
    }
}

/// The first line of a text, or the title of an HTML page.
fn in_text(text: &str) -> String {
    let text = text.trim();
    if text.starts_with('<') {
        let title = text
            .split_once("<title>")
            .and_then(|(_, rest)| rest.split_once("</title>"));
        return title.map_or(String::new(), |(title, _)| title.trim().to_owned());
    }
    text.lines()
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_known_servers() {
        let cases: [(&str, &str); 17] = [
            (
                r#"{"message":"No such container: x"}"#,
                "No such container: x",
            ),
            ("{\"message\":\"page not found\"}\n", "page not found"),
            (
                r#"{"cause":"no such container","message":"no container with name x found: no such container","response":404}"#,
                "no container with name x found: no such container",
            ),
            (
                r#"{"cause":"denied","message":"cannot list","response":500}"#,
                "cannot list: denied",
            ),
            (r#"{"error":"host not allowed: x"}"#, "host not allowed: x"),
            (
                r#"{"error":"Value doesn't exist.","detail":"here"}"#,
                "Value doesn't exist.: here",
            ),
            (
                r#"{"fault_message":"Invalid request method"}"#,
                "Invalid request method",
            ),
            (
                r#"{"type":"error","result":{"message":"access denied","kind":"x"}}"#,
                "access denied",
            ),
            (
                r#"{"errors":[{"code":"DENIED","message":"no pull"}]}"#,
                "no pull",
            ),
            (r#"{"error":{"code":3,"message":"inner"}}"#, "inner"),
            (
                r#"{"type":"error","error":"not found","error_code":404}"#,
                "not found",
            ),
            (r#"{"odd":1}"#, r#"{"odd":1}"#),
            ("Not Found", "Not Found"),
            ("client is newer\nmore\n", "client is newer"),
            (
                "<html>\n<head><title>400 Bad Request</title></head>",
                "400 Bad Request",
            ),
            ("<html>nothing", ""),
            ("", ""),
        ];
        for (body, message) in cases {
            assert_eq!(find(body.as_bytes()).0, message, "{body}");
        }
        assert!(find(b"{}").1);
        assert!(!find(b"no").1);
    }
}
