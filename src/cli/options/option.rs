//! One option: its names, its values, its help.

/// One option.
pub struct Opt {
    pub long: &'static str,
    pub short: Option<char>,
    /// The names of its values.
    pub values: &'static [&'static str],
    /// docker's names for it.
    pub aliases: &'static [&'static str],
    /// The value is optional, and follows `=` only.
    pub optional: bool,
    /// It may be given more than once.
    pub repeats: bool,
    pub help: &'static str,
}

/// An option without a value.
pub const fn flag(long: &'static str, short: char, help: &'static str) -> Opt {
    Opt {
        long,
        short: if short == ' ' { None } else { Some(short) },
        values: &[],
        aliases: &[],
        optional: false,
        repeats: false,
        help,
    }
}

/// An option with values; the last one counts.
pub const fn valued(
    long: &'static str,
    short: char,
    values: &'static [&'static str],
    help: &'static str,
) -> Opt {
    Opt {
        values,
        ..flag(long, short, help)
    }
}

/// An option with values that may be given more than once.
pub const fn repeated(
    long: &'static str,
    short: char,
    values: &'static [&'static str],
    help: &'static str,
) -> Opt {
    Opt {
        repeats: true,
        ..valued(long, short, values, help)
    }
}

impl Opt {
    /// As it is written in the help: `-q, --query KEY=VALUE`.
    pub fn spelling(&self) -> String {
        let short = self
            .short
            .map_or("    ".to_owned(), |short| format!("-{short}, "));
        let value = |value: &&str| {
            if self.optional {
                format!("[={value}]")
            } else {
                format!(" {value}")
            }
        };
        let values: String = self.values.iter().map(value).collect();
        format!("{short}--{}{values}", self.long)
    }

    /// Whether this is one of its long names.
    pub fn is_called(&self, long: &str) -> bool {
        self.long == long || self.aliases.contains(&long)
    }

    /// How many of the following arguments are its values.
    pub fn values_behind(&self) -> usize {
        if self.optional { 0 } else { self.values.len() }
    }
}
