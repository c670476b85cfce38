//! The table of options: clap's definitions, the splitting into options and words, and the help come from it.

mod fetch;
mod filter;
mod format;
pub mod help;
mod itself;
mod option;
mod saved;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};

pub use option::Opt;

/// All options, under the titles of the help.
pub const STAGES: [(&str, &[Opt]); 5] = [
    ("fetch", fetch::FETCH),
    ("filter", filter::FILTER),
    ("format", format::FORMAT),
    ("saved filters", saved::SAVED),
    ("dq itself", itself::ITSELF),
];

/// All options, in the order of the help.
pub fn all() -> impl Iterator<Item = &'static Opt> {
    STAGES.iter().flat_map(|(_, options)| *options)
}

/// Flags whose short and long form differ, as in ripgrep and curl: `-h` prints less than `--help`, `-V` less than
/// `--version`. The id of the short form is the long name; the last field is the id of the long form.
const SHORT_AND_LONG: [(&str, char, &str); 2] =
    [("help", 'h', "long-help"), ("version", 'V', "long-version")];

/// clap's definition of some of the options. clap never sees words.
pub fn command(options: impl Iterator<Item = &'static Opt>) -> Command {
    let command = Command::new("dq")
        .disable_help_flag(true)
        .disable_version_flag(true);
    let options: Vec<_> = options.collect();
    let is_wanted = |long: &str| options.iter().any(|option| option.long == long);
    let has_two_forms = |option: &&&Opt| SHORT_AND_LONG.iter().any(|it| it.0 == option.long);
    let ordinary = options.iter().filter(|option| !has_two_forms(option));
    let args = ordinary.map(|option| arg(option, &options));
    let flag = |id| Arg::new(id).action(ArgAction::SetTrue).overrides_with(id);
    let two_forms = SHORT_AND_LONG
        .iter()
        .filter(|(long, ..)| is_wanted(long))
        .flat_map(|&(long, short, long_id)| [flag(long).short(short), flag(long_id).long(long)]);
    command.args(args).args(two_forms)
}

/// clap's definition of one option among others.
fn arg(option: &Opt, others: &[&Opt]) -> Arg {
    let overridden = || {
        let known = |long: &&'static str| others.iter().any(|option| option.long == *long);
        overridden(option.long).into_iter().filter(known)
    };
    let mut arg = Arg::new(option.long).long(option.long);
    if let Some(short) = option.short {
        arg = arg.short(short);
    }
    if option.values.is_empty() {
        let arg = arg.action(ArgAction::SetTrue);
        return arg.overrides_with_all(overridden());
    }
    let arg = arg
        .num_args(option.values.len())
        .value_names(option.values)
        .aliases(option.aliases)
        .value_parser(ValueParser::os_string());
    if option.optional {
        let arg = arg.num_args(0..=1).require_equals(true);
        return arg
            .default_missing_value(if option.long == "tlsverify" {
                "true"
            } else {
                ""
            })
            .overrides_with(option.long);
    }
    let arg = arg.allow_hyphen_values(true);
    if option.repeats {
        arg.action(ArgAction::Append)
    } else {
        arg.action(ArgAction::Set).overrides_with_all(overridden())
    }
}

/// The earlier options that this one overrides.
fn overridden(long: &'static str) -> Vec<&'static str> {
    let layouts = ["compact-output", "tab", "indent"];
    if layouts.contains(&long) {
        layouts.to_vec()
    } else {
        vec![long]
    }
}
