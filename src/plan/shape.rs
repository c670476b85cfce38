//! The options of the filter's input side and of the format stage.

use super::Var;
use super::choice::Choice;
use crate::cli::Cli;
use crate::terminal::Terminal;
use dq_filter::{InputSettings, Shape};
use dq_format::{self, Format, Indent, Layout, Palette, Raw};

pub(super) fn inputs(cli: &Cli) -> InputSettings {
    let filter = &cli.filter;
    let stream = filter.stream || filter.stream_errors;
    let shape = match (filter.raw_input, stream, filter.slurp) {
        (true, _, true) => Shape::Text,
        (true, _, false) => Shape::Lines,
        (_, true, true) => Shape::SlurpedEvents,
        (_, true, false) => Shape::Events,
        (_, _, true) => Shape::Slurped,
        _ => Shape::Values,
    };
    InputSettings {
        shape,
        seq: filter.seq,
        stream_errors: filter.stream_errors,
        elements: false,
    }
}

/// Whether an option says how the output is to look, beyond its colours and its indentation.
pub(super) fn is_chosen(format: &crate::cli::Format) -> bool {
    let in_json = format.raw || format.join || format.nul || format.compact;
    in_json || format.table || format.columns.is_some() || !format.output.is_empty()
}

pub(super) fn output(
    cli: &Cli,
    chosen: Choice,
    terminal: &Terminal,
    var: Var,
    warnings: &mut Vec<String>,
) -> dq_format::Settings {
    let (options, defaults) = (&cli.format, &cli.defaults);
    let compact = options.compact || matches!(chosen.format, Format::Jsonl | Format::Lines);
    let (tab, indent) = match (options.tab, options.indent) {
        (false, None) => (defaults.tab, defaults.indent),
        typed => typed,
    };
    let layout = match (compact, tab, indent) {
        (true, ..) => Layout::Compact,
        (_, true, _) => Layout::Pretty {
            indent: Indent::Tab,
        },
        (.., Some(spaces)) => Layout::Pretty {
            indent: Indent::Spaces(spaces),
        },
        _ => Layout::Pretty {
            indent: Indent::Spaces(2),
        },
    };
    let raw = match (
        options.nul,
        options.join,
        options.raw || matches!(chosen.format, Format::Raw | Format::Lines),
    ) {
        (true, ..) => Raw::Nul,
        (_, true, _) => Raw::Joined,
        (.., true) => Raw::Lines,
        _ => Raw::No,
    };
    let has_columns = chosen.format.has_columns();
    let palette = terminal.stdout.color.then(|| palette(var, warnings));
    dq_format::Settings {
        format: chosen.format,
        columns: chosen.columns,
        is_loose: chosen.is_remembered,
        width: (terminal.stdout.width).filter(|_| !options.wide && !defaults.wide),
        layout,
        // In rows it would turn the columns over.
        sort_keys: options.sort_keys || defaults.sort_keys && !has_columns,
        ascii: options.ascii,
        raw,
        seq: cli.filter.seq,
        palette,
        sanitize: terminal.stdout.is_terminal,
    }
}

pub(super) fn palette(var: Var, warnings: &mut Vec<String>) -> Palette {
    let colors = var("JQ_COLORS").map(|colors| colors.to_string_lossy().into_owned());
    let (palette, valid) = Palette::from_jq_colors(colors.as_deref());
    if !valid {
        warnings.push("Failed to set $JQ_COLORS".into());
    }
    palette
}
