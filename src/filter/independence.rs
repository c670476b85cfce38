//! Whether a filter may run on several inputs at once.

use std::cell::RefCell;

use jaq_core::load::parse::Term as T;

use crate::builtins::{self, Effect};
use crate::syntax::{self, Module, Term, any_term};

/// Whether the outputs of a filter for an input depend on that input alone, and nothing else happens while it runs: the
/// inputs may be run in any order, and again.
///
/// The text may call builtins without an effect and its own definitions. Variables count as known, except those whose
/// value dq makes up; whatever else decides what a name means, such as `~/.jq`, is the caller's matter.
pub fn is_independent(text: &str) -> bool {
    const MADE_UP: &[&str] = &["$__", "$ARGS", "$ENV", "$host"];
    if MADE_UP.iter().any(|name| text.contains(name)) {
        return false;
    }
    let Ok(module) = syntax::parse_module(text) else {
        return false;
    };
    let is_plain = module.meta.is_none() && module.imports.is_empty();
    is_plain && calls_only_pure(module)
}

fn calls_only_pure(module: Module) -> bool {
    let term = module.into_term();
    let own = own_names(&term);
    let is_unknown = |term: &Term| match term {
        // A name of its own may also be that of a builtin, where the definition is not in scope.
        T::Call(name, _) if builtins::is_builtin(name) => !is_pure(name),
        T::Call(name, _) => !own.iter().any(|own| own == name),
        _ => false,
    };
    !any_term(&term, &is_unknown)
}

/// The names of the definitions in a term, and of their parameters.
fn own_names(term: &Term) -> Vec<String> {
    let names = RefCell::new(Vec::new());
    any_term(term, &|term| {
        if let T::Def(defs, _) = term {
            let mut names = names.borrow_mut();
            for def in defs {
                names.push(def.name.to_owned());
                names.extend(def.args.iter().map(|name| (*name).to_owned()));
            }
        }
        false
    });
    names.into_inner()
}

/// Whether all builtins of this name are pure.
fn is_pure(name: &str) -> bool {
    let find = |arity| builtins::find(name, arity);
    builtins::arities(name)
        .filter_map(find)
        .all(|it| it.effect == Effect::Pure)
}

#[cfg(test)]
mod tests {
    use super::is_independent;

    #[test]
    fn a_filter_with_an_effect_or_an_unknown_name_is_not_independent() {
        for text in [
            ".",
            "select(.a == \"x\") | .b",
            "def f($x; g): g | . + $x; f(1; .a)",
            "[.[] | def two: 2; two, (.a // empty)] | map(test(\"x\"))",
            "reduce .[] as $x (0; . + $x)",
            "try error(\"x\") catch .",
        ] {
            assert!(is_independent(text), "{text}");
        }
        for text in [
            "input",
            "[.., inputs]",
            "input_line_number",
            "debug",
            ".a | halt",
            "now",
            "f",
            "def f: debug; f",
            "include \"m\"; f",
            "$__loc__",
            "$ENV.A",
            "env.A",
            "$host",
            "(def input: 1; input), input",
            "fetch(\"/info\")",
            "stderr",
            "$ARGS.named",
            "ps",
            "halt_error",
            "(",
        ] {
            assert!(!is_independent(text), "{text}");
        }
    }
}
