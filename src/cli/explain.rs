//! clap's errors in dq's words.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::action::Refusal;
use super::{hints, options};

/// Says what is wrong with the options, with a hint where another one was probably meant.
pub fn explain(error: &clap::Error) -> Refusal {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => texts.first().cloned(),
        _ => None,
    };
    let option = context(ContextKind::InvalidArg).unwrap_or_default();
    let name = option.split([' ', '=']).next().unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => Refusal {
            message: format!("there is no option {name}"),
            hint: hints::foreign_option(name)
                .or_else(|| {
                    context(ContextKind::SuggestedArg).map(|near| format!("did you mean {near}?"))
                })
                .or_else(|| Some("dq --help lists them all".into())),
        },
        ErrorKind::WrongNumberOfValues | ErrorKind::InvalidValue | ErrorKind::TooFewValues => {
            let known = options::all().find(|it| it.is_called(name.trim_start_matches('-')));
            let takes = known.map_or_else(|| "a value".into(), |it| it.values.join(" and "));
            Refusal::new(format!("{name} takes {takes}"))
        }
        ErrorKind::TooManyValues => Refusal::new(format!("{name} takes no value")),
        _ => {
            let text = error.to_string();
            let first = text.lines().next().unwrap_or_default();
            Refusal::new(first.trim_start_matches("error: "))
        }
    }
}
