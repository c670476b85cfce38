//! The settings of the filter's input side and of the format stage.

use super::options::Options;
use crate::cli::{FilterOptions, FormatOptions};
use crate::environment::Variables;
use crate::terminal::Terminal;
use dq_filter::{InputMode, InputSettings};
use dq_format::{Format, JsonLayout, Palette, RawOutput};

/// How the input is read.
pub(super) fn inputs(filter: &FilterOptions) -> InputSettings {
    let stream = filter.stream || filter.stream_errors;
    let mode = match (filter.raw_input, stream, filter.slurp) {
        (true, _, true) => InputMode::Text,
        (true, _, false) => InputMode::Lines,
        (_, true, true) => InputMode::SlurpedEvents,
        (_, true, false) => InputMode::Events,
        (_, _, true) => InputMode::Slurped,
        _ => InputMode::Values,
    };
    InputSettings {
        mode,
        seq: filter.seq,
        stream_errors: filter.stream_errors,
    }
}

/// Whether an option chooses the kind of output, beyond colours and indentation.
pub(super) fn is_chosen(format: &FormatOptions) -> bool {
    let in_json = format.raw || format.join || format.nul || format.compact;
    in_json || format.table || format.columns.is_some() || !format.output.is_empty()
}

/// Whether `-o` asks for JSON, and no option for raw text.
pub(super) fn is_json_chosen(format: &FormatOptions) -> bool {
    let is_raw = format.raw || format.join || format.nul;
    let last = format.output.last().map(String::as_str);
    !is_raw
        && matches!(
            last.and_then(Format::from_name),
            Some(Format::Json | Format::Jsonl)
        )
}

/// How the output is written.
pub(super) fn output(
    options: &Options,
    terminal: &Terminal,
    env: Variables,
    warnings: &mut Vec<String>,
) -> dq_format::Settings {
    let typed = &options.format;
    let format = options.choice.format;
    let compact = typed.compact || matches!(format, Format::Jsonl | Format::Lines);
    let palette = terminal.stdout.color.then(|| palette(env, warnings));
    dq_format::Settings {
        format,
        columns: options.choice.columns.clone(),
        has_json_fallback: options.choice.is_implied,
        width: terminal.stdout.width.filter(|_| !options.appearance.wide),
        layout: if compact {
            JsonLayout::Compact
        } else {
            JsonLayout::Pretty {
                indent: options.appearance.indent,
            }
        },
        sort_keys: options.appearance.sort_keys,
        ascii: typed.ascii,
        raw: raw(typed, format),
        seq: options.filter.seq,
        palette,
        sanitize: terminal.stdout.is_terminal,
        paths: None,
    }
}

fn raw(typed: &FormatOptions, format: Format) -> RawOutput {
    if typed.nul {
        RawOutput::Nul
    } else if typed.join {
        RawOutput::Joined
    } else if typed.raw || matches!(format, Format::Raw | Format::Lines) {
        RawOutput::Lines
    } else {
        RawOutput::Off
    }
}

/// The colours, as `$JQ_COLORS` changes them; an invalid value is a warning, as in jq.
pub(super) fn palette(env: Variables, warnings: &mut Vec<String>) -> Palette {
    let colors = env("JQ_COLORS").map(|colors| colors.to_string_lossy().into_owned());
    let (palette, valid) = Palette::from_jq_colors(colors.as_deref());
    if !valid {
        warnings.push("Failed to set $JQ_COLORS".into());
    }
    palette
}
