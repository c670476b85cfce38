//! Calls of functions that have a text: of the filter itself, of saved filters, of jq's library and of dq's helpers.

use std::rc::Rc;

use super::evaluate::Evaluate;
use super::scope::{Binding, Callee, Scope};
use super::shape::{Shape, Shapes};
use crate::builtins;
use crate::syntax::{Def, Term, parse_definitions, parse_module};

/// The outputs of a function that the filter defines.
pub(super) fn defined(
    evaluation: &mut dyn Evaluate,
    callee: Callee,
    args: &[Term],
    inputs: &[Rc<Shape>],
    scope: &Scope,
) -> Shapes {
    match callee {
        Callee::Parameter(term, its_scope) => evaluation.outputs(term, inputs, its_scope),
        Callee::Definition(def, its_scope) => {
            call(evaluation, def, args, inputs, (its_scope, scope))
        }
    }
}

/// The outputs of a definition. `scopes` are those of the definition and of the call.
fn call(
    evaluation: &mut dyn Evaluate,
    def: &Def,
    args: &[Term],
    inputs: &[Rc<Shape>],
    scopes: (&Scope, &Scope),
) -> Shapes {
    let (up, caller) = scopes;
    let mut variables = Vec::new();
    for (name, arg) in def.args.iter().zip(args) {
        if name.starts_with('$') {
            variables.push((*name, evaluation.outputs(arg, inputs, caller)));
        }
    }
    let with_variables = Scope {
        up: Some(up),
        binding: Binding::Variables(variables),
    };
    let parameters = def.args.iter().zip(args);
    let parameters = parameters.map(|(name, arg)| (name.trim_start_matches('$'), arg, caller));
    let inner = Scope {
        up: Some(&with_variables),
        binding: Binding::Parameters(parameters.collect()),
    };
    evaluation.outputs(&def.body, inputs, &inner)
}

/// The outputs of a function that is defined outside of the filter; its arguments are looked at in any case.
pub(super) fn outside(
    evaluation: &mut dyn Evaluate,
    name: &str,
    args: &[Term],
    inputs: &[Rc<Shape>],
    scope: &Scope,
) -> Shapes {
    if args.is_empty()
        && let Some(text) = evaluation.lookup().saved_filter(name)
    {
        return program(evaluation, &text, inputs);
    }
    let text = builtins::find(name, args.len()).and_then(builtins::text);
    let defs = text.and_then(|text| parse_definitions(text).ok());
    match defs.as_deref() {
        Some([def, ..]) => call(evaluation, def, args, inputs, (&Scope::empty(), scope)),
        _ => {
            for arg in args {
                evaluation.outputs(arg, inputs, scope);
            }
            Vec::new()
        }
    }
}

/// The outputs of the program in the text of a saved filter.
pub(super) fn program(evaluation: &mut dyn Evaluate, text: &str, inputs: &[Rc<Shape>]) -> Shapes {
    match parse_module(text) {
        Ok(module) => evaluation.outputs(&module.into_term(), inputs, &Scope::empty()),
        Err(_) => Vec::new(),
    }
}
