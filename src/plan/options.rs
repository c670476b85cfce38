//! The options that apply to a run: what was typed, else what the saved filter says, else the user's options file.

use std::time::Duration;

use super::format::{Choice, SavedFormat, choose};
use super::header;
use super::saved::Call;
use crate::cli::{Cli, Defaults, FetchOptions, FilterOptions, FormatOptions};
use crate::error::Error;
use crate::terminal::ColorWhen;
use dq_format::Indent;

/// The options of one run, resolved.
pub(super) struct Options {
    /// As typed, but for method, host and query, which a saved filter may bring.
    pub fetch: FetchOptions,
    pub connect_timeout: Option<Duration>,
    pub retries: u32,
    /// Only GET and HEAD may be sent.
    pub is_read_only: bool,
    /// As typed: nothing else can set these.
    pub filter: FilterOptions,
    /// As typed; what may come from elsewhere as well is in `choice` and `appearance`.
    pub format: FormatOptions,
    pub choice: Choice,
    pub appearance: Appearance,
    /// The endpoint of the saved filter that is the source, its query merged with the typed one; a URL where it
    /// brings a host that is not docker's.
    pub endpoint: Option<String>,
}

/// How the output looks.
pub(super) struct Appearance {
    pub indent: Indent,
    pub sort_keys: bool,
    /// Cells are not cut to the terminal's width.
    pub wide: bool,
    pub color: ColorWhen,
}

impl Options {
    /// Resolves the options.
    ///
    /// # Errors
    /// Options that contradict each other or the saved filter.
    pub fn resolve(
        cli: Cli,
        call: Option<&Call>,
        saved_format: SavedFormat,
        defaults: &Defaults,
    ) -> Result<Self, Error> {
        let mut fetch = cli.fetch;
        header::expand(&mut fetch)?;
        let endpoint = match call {
            Some(call) => {
                call.refuse_options(&fetch.request, &cli.filter, &cli.format)?;
                Some(call.complete(&mut fetch)?)
            }
            None => None,
        };
        let choice = choose(&cli.format, saved_format)?;
        let appearance = appearance(&cli.format, &choice, defaults);
        Ok(Self {
            connect_timeout: fetch.connect_timeout.or(defaults.connect_timeout),
            retries: fetch.request.retry.or(defaults.retry).unwrap_or_default(),
            is_read_only: fetch.request.read_only || defaults.read_only,
            fetch,
            filter: cli.filter,
            format: cli.format,
            choice,
            appearance,
            endpoint,
        })
    }
}

fn appearance(typed: &FormatOptions, choice: &Choice, defaults: &Defaults) -> Appearance {
    let (tab, spaces) = match (typed.tab, typed.indent) {
        (false, None) => (defaults.tab, defaults.indent),
        typed => typed,
    };
    Appearance {
        indent: if tab {
            Indent::Tab
        } else {
            Indent::Spaces(spaces.unwrap_or(2))
        },
        // As a default it would reorder the columns of tables.
        sort_keys: typed.sort_keys || defaults.sort_keys && !choice.format.has_columns(),
        wide: typed.wide || defaults.wide,
        color: typed.color.or(defaults.color).unwrap_or_default(),
    }
}
