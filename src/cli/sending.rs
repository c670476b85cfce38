//! The options that say what is sent and how: method, body, query, patience, what is shown of it.

use std::ffi::OsString;
use std::time::Duration;

use super::given::Given;
use super::{seconds, text};

/// What the user typed about a request, beside the host.
#[derive(Default)]
pub struct Sending {
    pub method: Option<String>,
    /// `-d`, each as typed; more than one is a mistake.
    pub data: Vec<OsString>,
    /// `-F` and `--raw-field`, in the order typed.
    pub fields: Vec<Field>,
    /// `-q`, as typed.
    pub query: Vec<String>,
    pub include: bool,
    pub verbose: bool,
    pub curl: bool,
    pub fail_with_body: bool,
    pub paginate: bool,
    pub registry_auth: bool,
    pub idle_timeout: Option<Duration>,
    pub retry: Option<u32>,
}

/// `-F KEY=VALUE` and its like.
pub struct Field {
    pub text: OsString,
    /// The value is a string whatever it looks like.
    pub is_raw: bool,
}

/// Both kinds of fields, in the order typed.
fn fields(matches: &Given) -> Vec<Field> {
    let mut found = Vec::new();
    for (name, is_raw) in [("field", false), ("raw-field", true)] {
        let places = matches.indices_of(name).into_iter().flatten();
        let texts = matches.get_many::<OsString>(name).into_iter().flatten();
        found.extend(places.zip(texts).map(|(place, text)| {
            let text = text.clone();
            (place, Field { text, is_raw })
        }));
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, field)| field).collect()
}

pub(super) fn sending(matches: &Given) -> Result<Sending, String> {
    let many = |name| matches.get_many::<OsString>(name).into_iter().flatten();
    let query = many("query").map(|pair| {
        pair.clone()
            .into_string()
            .map_err(|_| "a query parameter is not valid UTF-8".to_owned())
    });
    Ok(Sending {
        method: text(matches, "request")?,
        data: many("data").cloned().collect(),
        fields: fields(matches),
        query: query.collect::<Result<_, _>>()?,
        include: matches.get_flag("include"),
        verbose: matches.get_flag("verbose"),
        curl: matches.get_flag("curl"),
        fail_with_body: matches.get_flag("fail-with-body"),
        paginate: matches.get_flag("paginate"),
        registry_auth: matches.get_flag("registry-auth"),
        idle_timeout: seconds(matches, "idle-timeout")?,
        retry: retry(matches)?,
    })
}

fn retry(matches: &Given) -> Result<Option<u32>, String> {
    let Some(value) = text(matches, "retry")? else {
        return Ok(None);
    };
    let number = value.parse().ok();
    number
        .map(Some)
        .ok_or_else(|| format!("--retry takes a number, not {value}"))
}

impl Sending {
    /// The first option of these that was given: they make no sense without a request.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            ("--request", self.method.is_some()),
            ("--data", !self.data.is_empty()),
            ("--field", !self.fields.is_empty()),
            ("--query", !self.query.is_empty()),
            ("--include", self.include),
            ("--verbose", self.verbose),
            ("--curl", self.curl),
            ("--fail-with-body", self.fail_with_body),
            ("--paginate", self.paginate),
            ("--registry-auth", self.registry_auth),
            ("--idle-timeout", self.idle_timeout.is_some()),
            ("--retry", self.retry.is_some()),
        ];
        let found = given.iter().find(|(_, given)| *given);
        found.map(|(option, _)| *option)
    }
}
