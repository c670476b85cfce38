//! What kind of word stands at the cursor, and who knows the candidates for it.

use super::live::Live;
use super::typed::{Typed, attached};
use super::{Answer, Candidate, files, parameters, paths};
use crate::cli::options::{self, Opt};
use crate::environment::Variables;
use crate::{generate, plan};
use dq_filter::saved::placeholders;
use dq_filter::saved::{FilterOrigin, Metadata, SavedFilters};
use dq_format::Format;

pub fn answer(typed: &Typed, current: &str, env: Variables) -> Answer {
    let at = Slot {
        typed,
        saved_filters: plan::saved::saved_filters(&[], env),
        env,
    };
    if let Some((option, nth)) = typed.pending {
        return at.value(option, nth, current);
    }
    if typed.only_words || !current.starts_with('-') {
        return at.word(current);
    }
    match attached(current) {
        Some((option, start)) => {
            let (spelled, value) = current.split_at(start);
            prefixed(spelled, value, at.value(option, 0, value))
        }
        None => Answer::Words(options(current)),
    }
}

/// The candidates with what stands before them in the same word; files are listed here, for no shell does it then.
fn prefixed(before: &str, value: &str, answer: Answer) -> Answer {
    let words = match answer {
        Answer::Words(words) => words,
        Answer::Files => files::beginning(value),
        Answer::Directories => files::beginning(value)
            .into_iter()
            .filter(|it| !it.ends)
            .collect(),
    };
    let whole = words.into_iter().map(|it| Candidate {
        value: format!("{before}{}", it.value),
        ..it
    });
    Answer::Words(whole.collect())
}

fn options(current: &str) -> Vec<Candidate> {
    let long = options::all().map(|it| Candidate::new(format!("--{}", it.long), it.help));
    let short = options::all().filter(|_| current.len() <= "-x".len());
    let short = short.filter_map(|it| Some(Candidate::new(format!("-{}", it.short?), it.help)));
    short.chain(long).collect()
}

/// What a host may begin with; of a socket the path.
fn hosts(current: &str) -> Answer {
    match current.starts_with('/') {
        true => Answer::Files,
        false if current.starts_with("unix://") => files::behind(current, "unix://"),
        false => Answer::Words(
            ["unix://", "tcp://", "ssh://", "http://", "https://"]
                .map(|it| Candidate::open(it, ""))
                .into(),
        ),
    }
}

/// Names of headers that an engine or a registry looks at, and those that dq sends by itself.
fn headers() -> Answer {
    let names = [
        "Accept",
        "Authorization",
        "Content-Type",
        "Host",
        "User-Agent",
        "X-Registry-Auth",
        "X-Registry-Config",
    ];
    Answer::Words(names.map(|it| Candidate::open(format!("{it}:"), "")).into())
}

fn words<'a>(values: impl IntoIterator<Item = &'a str>) -> Answer {
    Answer::Words(
        values
            .into_iter()
            .map(|it| Candidate::new(it, ""))
            .collect(),
    )
}

struct Slot<'a> {
    typed: &'a Typed,
    saved_filters: SavedFilters,
    env: Variables<'a>,
}

impl Slot<'_> {
    /// The value of an option.
    fn value(&self, option: &Opt, nth: usize, current: &str) -> Answer {
        match option.long {
            "unix-socket" | "cacert" | "cert" | "key" | "from-file" => Answer::Files,
            "slurpfile" | "rawfile" if nth == 1 => Answer::Files,
            "library-path" => Answer::Directories,
            "host" => hosts(current),
            "context" => Answer::Words(self.contexts()),
            "header" => headers(),
            "arg" | "argjson" if nth == 0 => Answer::Words(self.arguments()),
            "output" => words(Format::names().split(", ")),
            "color" => words(["auto", "always", "never"]),
            "tlsverify" => words(["true", "false"]),
            "generate" => words(generate::KINDS.iter().copied()),
            "request" => Answer::Words(self.methods()),
            "query" => Answer::Words(self.parameters(current)),
            "data" => files::behind(current, "@"),
            "field" => match current.split_once("=@") {
                Some((key, _)) => files::behind(current, &format!("{key}=@")),
                None => Answer::Words(Vec::new()),
            },
            "show" | "edit" => Answer::Words(self.saved(|_| true)),
            "remove" => Answer::Words(self.saved(|it| it == FilterOrigin::User)),
            _ => Answer::Words(Vec::new()),
        }
    }

    fn contexts(&self) -> Vec<Candidate> {
        let environment = dq_fetch::EnvVars { var: self.env };
        let contexts = dq_fetch::contexts(&environment).into_iter();
        contexts
            .map(|(name, host)| Candidate::new(name, host))
            .collect()
    }

    /// The names that the saved filter of the command line has values for.
    fn arguments(&self) -> Vec<Candidate> {
        let name = self.typed.words.first();
        let args = name.and_then(|it| self.metadata(it)).map(|it| it.args);
        let args = args.into_iter().flatten();
        args.map(|(name, value)| Candidate::new(name, value.to_json()))
            .collect()
    }

    /// The methods of the endpoint, else all that Docker has.
    fn methods(&self) -> Vec<Candidate> {
        let found = self.endpoint().map(|it| paths::fitting(&it));
        match found {
            Some(found) if !found.is_empty() => found
                .iter()
                .map(|it| Candidate::new(it.method, it.summary))
                .collect(),
            _ => ["GET", "POST", "PUT", "DELETE", "HEAD"]
                .map(|it| Candidate::new(it, ""))
                .into(),
        }
    }

    /// The endpoint of the command line, if one was typed before the cursor.
    fn endpoint(&self) -> Option<String> {
        let source = self.typed.words.first()?;
        if source.starts_with('/') {
            Some(source.clone())
        } else {
            self.metadata(source)?.endpoint
        }
    }

    fn parameters(&self, current: &str) -> Vec<Candidate> {
        let Some(endpoint) = self.endpoint() else {
            return Vec::new();
        };
        let method = self.typed.method();
        parameters::candidates(&endpoint, method.as_deref(), current, &self.live())
    }

    /// A word that is no option: the source, what fills its placeholders, a file.
    fn word(&self, current: &str) -> Answer {
        let typed = self.typed;
        if typed.has("endpoints") {
            return Answer::Words(paths::templates(current));
        }
        if typed.has_arguments || typed.has("list") {
            return Answer::Words(Vec::new());
        }
        let Some(source) = typed.words.first() else {
            return self.first(current);
        };
        if source.starts_with('/') || source.contains("://") || source == "-" {
            return Answer::Words(Vec::new());
        }
        match self.metadata(source).and_then(|it| it.endpoint) {
            Some(endpoint) => self.placeholder(&endpoint, current),
            None => Answer::Files,
        }
    }

    fn first(&self, current: &str) -> Answer {
        if self.typed.has("from-file") && !current.starts_with('/') {
            return Answer::Files;
        }
        let method = self.typed.method();
        let live = self.live();
        Answer::Words(if current.starts_with('/') {
            paths::candidates(current, method.as_deref(), &live)
        } else {
            let mut all = self.saved(|_| true);
            if current.is_empty() {
                all.push(Candidate::open("/", "an endpoint: dq --endpoints"));
            }
            all
        })
    }

    /// What may fill the next placeholder of a saved filter.
    fn placeholder(&self, endpoint: &str, current: &str) -> Answer {
        let filled = self.typed.words.len() - 1;
        let names = placeholders(endpoint);
        let Some(name) = names.get(filled) else {
            return Answer::Words(Vec::new());
        };
        let path = endpoint.split('?').next().unwrap_or_default();
        if !path.contains(&format!("{{{name}}}")) {
            return Answer::Words(Vec::new());
        }
        let mut names = self.live_of_saved().names_at(path, current);
        // No server may hand out options.
        names.retain(|it| self.typed.only_words || !it.value.starts_with('-'));
        Answer::Words(names)
    }

    fn metadata(&self, name: &str) -> Option<Metadata> {
        self.saved_filters.find(name).ok()??.metadata().ok()
    }

    /// Saved filters with what they are for.
    fn saved(&self, is_wanted: impl Fn(FilterOrigin) -> bool) -> Vec<Candidate> {
        let names = self.saved_filters.names().into_iter();
        let found = names.filter_map(|name| self.saved_filters.find(&name).ok()?);
        found
            .filter(|it| is_wanted(it.origin))
            .map(|it| {
                let about = it.metadata().ok().and_then(|it| it.about);
                Candidate::new(it.name, about.unwrap_or_default())
            })
            .collect()
    }

    /// The host that the options and the environment lead to.
    fn live(&self) -> Live {
        match self.typed.options() {
            Some(options) => Live::of(options.fetch, self.env),
            None => Live::none(),
        }
    }

    /// The same, with the host that a saved filter of the user's brings.
    fn live_of_saved(&self) -> Live {
        let Some(mut options) = self.typed.options() else {
            return Live::none();
        };
        let name = self.typed.words.first().map_or("", String::as_str);
        let fetch = &mut options.fetch;
        let is_told = fetch.host.is_some() || fetch.context.is_some() || fetch.demo;
        if !is_told
            && fetch.unix_socket.is_none()
            && let Ok(Some(saved)) = self.saved_filters.find(name)
            && saved.origin == FilterOrigin::User
        {
            fetch.host = self.metadata(name).and_then(|it| it.host);
        }
        Live::of(options.fetch, self.env)
    }
}
