//! Finds the message in the body of an error response.

use super::html_text;
use dq_text::one_line;
use serde_json::{Deserializer, Map, Value};

/// The longest message, in characters. Docker's longest, those of builds, have a few hundred.
const MAX_LENGTH: usize = 2000;
/// The longest message from a page, which may be a whole site.
const MAX_PAGE_LENGTH: usize = 300;
/// How many messages of a list are shown.
const MAX_LISTED: usize = 3;

/// Where servers have their message, the best place first, in lower case and without `_` and `-`. Docker and Podman have
/// `message`, Caddy, LXD and OAuth `error`, Firecracker `fault_message`, snapd `result.message`, registries and GraphQL
/// `errors`, problem details (RFC 9457) `title`, Telegram `description`.
const MESSAGE: [&str; 14] = [
    "message",
    "error",
    "faultmessage",
    "faultstring",
    "fault",
    "errormessage",
    "errormessages",
    "result",
    "title",
    "errors",
    "msg",
    "reason",
    "description",
    "detail",
];
/// What adds to a message: Podman's `cause`, the `detail` of NGINX Unit and of problem details, OAuth's
/// `error_description` (RFC 6749 §5.2), CouchDB's `reason`, GitHub's `errors`, `invalid-params` (RFC 7807 §3).
const ADDITIONS: [&str; 8] = [
    "cause",
    "detail",
    "details",
    "errordescription",
    "reason",
    "errors",
    "invalidparams",
    "hint",
];
/// What names the part of a request that an element of a list of errors is about.
const SUBJECT: [&str; 6] = ["field", "param", "loc", "pointer", "name", "path"];

/// The message in the body of a response with this status, as one line without control characters, and whether the
/// body is JSON. The message is empty if there is none, or if it only repeats the status.
pub(crate) fn find(body: &[u8], status: (u16, &str)) -> (String, bool) {
    let json = json(body);
    let message = match &json {
        Some(value) => one_line(in_json(value).trim()),
        None => one_line(&in_text(&String::from_utf8_lossy(body), status)),
    };
    let message = shortened(without_status(&message, status), MAX_LENGTH);
    (message, json.is_some())
}

/// The JSON value of a body, or the first of several objects.
fn json(body: &[u8]) -> Option<Value> {
    let mut values = Deserializer::from_slice(body).into_iter::<Value>();
    let first = values.next()?.ok()?;
    let is_alone = values.next().is_none();
    (is_alone || first.is_object()).then_some(first)
}

/// The message of a JSON body, or else the whole of it.
fn in_json(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value if is_blank(value) => String::new(),
        value => sentence(value).unwrap_or_else(|| value.to_string()),
    }
}

/// Whether a value says nothing, whatever its depth.
fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(map) => map.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A string that is not blank, the message of an object, or those of an array.
fn sentence(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (!text.trim().is_empty()).then(|| text.trim().to_owned()),
        Value::Object(inner) => in_object(inner),
        Value::Array(several) => listed(several.iter().filter_map(in_error)),
        _ => None,
    }
}

/// The message of an object and what adds to it.
fn in_object(object: &Map<String, Value>) -> Option<String> {
    let mut message = first_of(object, &MESSAGE).and_then(|(name, value)| match name {
        "errors" => in_errors(value),
        _ => sentence(value),
    });
    for (name, value) in ADDITIONS
        .iter()
        .filter_map(|name| first_of(object, &[name]))
    {
        let addition = match name {
            "errors" | "invalidparams" => in_errors(value),
            _ => sentence(value),
        };
        message = joined(message, addition);
    }
    message
}

/// The messages of a list of errors, each with the field that it is about, or of an object whose keys are fields.
fn in_errors(value: &Value) -> Option<String> {
    match value {
        Value::Array(errors) => listed(errors.iter().filter_map(in_error)),
        Value::Object(fields) if first_of(fields, &MESSAGE).is_none() => {
            let errors = fields.iter().filter_map(|(field, errors)| {
                let errors = sentence(errors)?;
                Some(format!("{field}: {errors}"))
            });
            listed(errors)
        }
        value => sentence(value),
    }
}

/// One of a list of errors. GitHub's have a `code` where they have no message.
fn in_error(error: &Value) -> Option<String> {
    let Value::Object(object) = error else {
        return sentence(error);
    };
    let message = in_object(object).or_else(|| sentence(object.get("code")?))?;
    let subject = SUBJECT.iter().find_map(|name| subject(object.get(*name)?));
    let subject = subject.filter(|subject| !message.contains(subject.as_str()));
    Some(match subject {
        Some(subject) => format!("{subject}: {message}"),
        None => message,
    })
}

/// The name of a field, or the path to it.
fn subject(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(path) if !path.is_empty() => {
            let steps = path.iter().map(|step| match step {
                Value::String(text) => text.clone(),
                step => step.to_string(),
            });
            Some(steps.collect::<Vec<_>>().join("."))
        }
        _ => None,
    }
}

/// The first of these names whose value has a message, in any spelling.
fn first_of<'a, 'n>(
    object: &'a Map<String, Value>,
    names: &[&'n str],
) -> Option<(&'n str, &'a Value)> {
    names.iter().find_map(|name| {
        let named = object.iter().filter(|(key, _)| is_spelling(key, name));
        let mut values = named.map(|(_, value)| value);
        let value = values.find(|value| {
            !is_blank(value) && !matches!(value, Value::Bool(_) | Value::Number(_))
        })?;
        Some((*name, value))
    })
}

/// Whether a key is this name, whatever its case, with or without `_` and `-`.
fn is_spelling(key: &str, name: &str) -> bool {
    let letters = key.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
    letters
        .map(|byte| byte.to_ascii_lowercase())
        .eq(name.bytes())
}

/// Two parts of a message, unless one says what the other does.
fn joined(message: Option<String>, addition: Option<String>) -> Option<String> {
    match (message, addition) {
        (Some(message), Some(addition)) if message.contains(&addition) => Some(message),
        (Some(message), Some(addition)) if addition.contains(&message) => Some(addition),
        (Some(message), Some(addition)) => {
            let message = message.trim_end_matches('.');
            Some(format!("{message}: {addition}"))
        }
        (message, addition) => message.or(addition),
    }
}

fn listed(messages: impl Iterator<Item = String>) -> Option<String> {
    let messages: Vec<String> = messages.collect();
    let more = if messages.len() > MAX_LISTED {
        "; …"
    } else {
        ""
    };
    let shown = messages[..messages.len().min(MAX_LISTED)].join("; ");
    (!shown.is_empty()).then(|| shown + more)
}

/// The first line of a text, or what an HTML or XML page says.
fn in_text(text: &str, status: (u16, &str)) -> String {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('<') {
        return shortened(&in_page(text, status), MAX_PAGE_LENGTH);
    }
    text.lines()
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// The sentences of a page that add to the status and to each other.
fn in_page(page: &str, status: (u16, &str)) -> String {
    let xml = ["Message", "message"]
        .iter()
        .find_map(|name| html_text::element(page, name));
    let mut kept: Vec<String> = Vec::new();
    for sentence in html_text::sentences(xml.unwrap_or(page)) {
        let sentence = without_status(&sentence, status);
        let lower = sentence.to_lowercase();
        if !lower.is_empty() && !kept.iter().any(|it| it.to_lowercase().contains(&lower)) {
            kept.push(sentence.to_owned());
        }
    }
    kept.join(": ")
}

/// The message without the status in front of it: `Not Found: no such thing`, `404 - Not Found`.
fn without_status<'a>(message: &'a str, (status, reason): (u16, &str)) -> &'a str {
    let between = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | '.' | '|');
    let status = status.to_string();
    let rest = message.strip_prefix("HTTP ").unwrap_or(message);
    let rest = rest.strip_prefix("Error ").unwrap_or(rest);
    let (rest, has_number) = match rest.strip_prefix(&status) {
        Some(behind) if behind.starts_with(between) => (behind.trim_start_matches(between), true),
        Some("") => return "",
        _ => (message, false),
    };
    let phrase = rest.get(..reason.len());
    let phrase = phrase.filter(|it| !reason.is_empty() && it.eq_ignore_ascii_case(reason));
    match phrase.map(|_| &rest[reason.len()..]) {
        Some("") => "",
        Some(behind)
            if behind
                .trim_start()
                .starts_with([':', '-', '–', '—', '.', '|']) =>
        {
            behind.trim_start_matches(between)
        }
        _ if has_number => rest,
        _ => message,
    }
}

fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_known_servers() {
        let cases: [(&str, &str); 46] = [
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
                "Value doesn't exist: here",
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
            (
                r#"{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry","detail":{"name":"a/b"}}]}"#,
                "repository name not known to registry",
            ),
            (r#"{"error":{"code":3,"message":"inner"}}"#, "inner"),
            (
                r#"{"type":"error","error":"no instance","error_code":404,"metadata":null}"#,
                "no instance",
            ),
            (
                r#"{"error":"invalid_grant","error_description":"The token has expired"}"#,
                "invalid_grant: The token has expired",
            ),
            (
                r#"{"message":"Validation Failed","errors":[{"resource":"Issue","field":"title","code":"missing_field"}],"documentation_url":"https://x"}"#,
                "Validation Failed: title: missing_field",
            ),
            (
                r#"{"message":"Validation Failed","errors":[{"message":"one"},"two",{"field":"f","message":"three"},{"code":"four"}]}"#,
                "Validation Failed: one; two; f: three; …",
            ),
            (
                r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"no account 12"}"#,
                "no account 12",
            ),
            (
                r#"{"title":"Your request is not valid.","invalid-params":[{"name":"age","reason":"must be positive"}]}"#,
                "Your request is not valid: age: must be positive",
            ),
            (
                r##"{"title":"Invalid","errors":[{"detail":"must be an integer","pointer":"#/age"}]}"##,
                "Invalid: #/age: must be an integer",
            ),
            (
                r#"{"title":"You do not have enough credit."}"#,
                "You do not have enough credit.",
            ),
            (r#"{"detail":"Not authenticated"}"#, "Not authenticated"),
            (
                r#"{"detail":[{"loc":["body","x"],"msg":"field required","type":"missing"}]}"#,
                "body.x: field required",
            ),
            (
                r#"{"errors":{"name":["is too short","is taken"]}}"#,
                "name: is too short; is taken",
            ),
            (r#"{"errors":["permission denied"]}"#, "permission denied"),
            (
                r#"{"error":"not_found","reason":"missing"}"#,
                "not_found: missing",
            ),
            (
                r#"{"error":{"root_cause":[{"type":"t"}],"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}"#,
                "no such index [x]",
            ),
            (
                r#"{"Message":"An error has occurred."}"#,
                "An error has occurred.",
            ),
            (
                r#"{"errorMessages":["Issue does not exist"],"errors":{}}"#,
                "Issue does not exist",
            ),
            (
                r#"{"ok":false,"error_code":404,"description":"Not Found: chat"}"#,
                "chat",
            ),
            (
                r#"{"statusCode":404,"error":"Not Found","message":"Cannot GET /x"}"#,
                "Cannot GET /x",
            ),
            (r#"{"status":404,"error":"Not Found","path":"/x"}"#, ""),
            (r#"{"error":true,"message":"text"}"#, "text"),
            (
                "{\"message\":\"first\"}\n{\"message\":\"second\"}\n",
                "first",
            ),
            (r#""a string""#, "a string"),
            (r#"{"odd":1}"#, r#"{"odd":1}"#),
            (r#"{"message":""}"#, ""),
            ("{}", ""),
            ("null", ""),
            ("Not Found", ""),
            ("404 page not found\n", "page not found"),
            ("client is newer\nmore\n", "client is newer"),
            ("<html>\n<head><title>404 Not Found</title></head>", ""),
            (
                "<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1><p>The requested URL was not found on this server.</p><hr><address>Apache/2.4</address>",
                "The requested URL was not found on this server.",
            ),
            (
                "<html><title>404 The plain HTTP request was sent to HTTPS port</title><h1>404 Not Found</h1><center>The plain HTTP request was sent to HTTPS port</center><hr><center>nginx</center>",
                "The plain HTTP request was sent to HTTPS port",
            ),
            (
                "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message><Key>k</Key></Error>",
                "The key does not exist.",
            ),
            ("<html>nothing", "nothing"),
            ("", ""),
        ];
        for (body, message) in cases {
            assert_eq!(
                find(body.as_bytes(), (404, "Not Found")).0,
                message,
                "{body}"
            );
        }
        assert!(find(b"{}", (404, "Not Found")).1);
        assert!(!find(b"no", (404, "Not Found")).1);
    }

    #[test]
    fn a_status_is_not_repeated() {
        let cases = [
            ("404 - Not Found", ""),
            ("HTTP 404", ""),
            ("Error 404: gone", "gone"),
            ("Not Found here", "Not Found here"),
            ("not found", ""),
            ("404k", "404k"),
            ("NOT FOUND: x", "x"),
        ];
        for (message, expected) in cases {
            assert_eq!(
                without_status(message, (404, "Not Found")),
                expected,
                "{message}"
            );
        }
        assert_eq!(without_status("x: y", (599, "")), "x: y");
        assert_eq!(without_status("599", (599, "")), "");
    }
}
