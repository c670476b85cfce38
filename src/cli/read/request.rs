//! The options about one request: method, query, body, patience, what is shown of the exchange.

use std::ffi::OsString;
use std::time::Duration;

use crate::cli::parsed_options::ParsedOptions;
use crate::cli::typed::{RequestOptions, TypedField, Watch};

use super::values::{seconds, text, texts};

/// Reads the options about one request.
pub fn request(options: &ParsedOptions) -> Result<RequestOptions, String> {
    let data = options.get_many::<OsString>("data").into_iter().flatten();
    Ok(RequestOptions {
        method: text(options, "request")?,
        data: data.cloned().collect(),
        fields: fields(options),
        query: texts(options, "query", "a query parameter")?,
        include: options.get_flag("include"),
        verbose: options.get_flag("verbose"),
        read_only: options.get_flag("read-only"),
        until: options.get_flag("until"),
        reconnect: options.get_flag("reconnect"),
        watch: watch(options)?,
        curl: options.get_flag("curl"),
        fail_with_body: options.get_flag("fail-with-body"),
        paginate: options.get_flag("paginate"),
        registry_auth: options.get_flag("registry-auth"),
        idle_timeout: seconds(options, "idle-timeout")?,
        retry: retry(options)?,
    })
}

/// The shortest interval of `--watch`: no terminal shows more, and no engine should be asked more often.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(250);

fn watch(options: &ParsedOptions) -> Result<Option<Watch>, String> {
    if text(options, "watch")?.as_deref() == Some("") {
        return Ok(Some(Watch::default()));
    }
    let interval = seconds(options, "watch")?;
    Ok(interval.map(|interval| Watch {
        interval: Some(interval.max(SHORTEST_INTERVAL)),
    }))
}

/// `-F` and `--raw-field`, in the order typed.
fn fields(options: &ParsedOptions) -> Vec<TypedField> {
    let mut found = Vec::new();
    for (name, is_raw) in [("field", false), ("raw-field", true)] {
        let positions = options.indices_of(name).into_iter().flatten();
        let texts = options.get_many::<OsString>(name).into_iter().flatten();
        found.extend(positions.zip(texts).map(|(position, text)| {
            let text = text.clone();
            (position, TypedField { text, is_raw })
        }));
    }
    found.sort_by_key(|(position, _)| *position);
    found.into_iter().map(|(_, field)| field).collect()
}

fn retry(options: &ParsedOptions) -> Result<Option<u32>, String> {
    let Some(value) = text(options, "retry")? else {
        return Ok(None);
    };
    let number = value.parse().ok();
    number
        .map(Some)
        .ok_or_else(|| format!("--retry takes a number, not {value}"))
}
