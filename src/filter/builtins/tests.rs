//! The table against the code that it describes.

use std::collections::BTreeSet;

use jaq_core::load::Arena;

use super::builtin::Effect;
use super::{Builtin, Implementation, OutputCount, all, definitions, find};
use crate::link::{Linker, Target};
use crate::modules::ModuleFiles;
use crate::program::Program;
use crate::{builtins, natives};

/// What the table says is implemented this way.
fn rows(is_wanted: impl Fn(Implementation) -> bool) -> BTreeSet<(&'static str, usize)> {
    let rows = all().filter(|builtin| is_wanted(builtin.implementation));
    rows.map(|builtin| (builtin.name, builtin.arity)).collect()
}

#[test]
fn every_row_is_found_by_its_name() {
    for builtin in all() {
        let found = find(builtin.name, builtin.arity);
        assert!(
            found.is_some_and(|it| std::ptr::eq(it, builtin)),
            "{}",
            builtin.name
        );
    }
}

#[test]
fn every_definition_has_a_row_and_every_row_a_definition() {
    let defined = |of_helpers| definitions::signatures(of_helpers).collect::<BTreeSet<_>>();
    assert_eq!(rows(|it| it == Implementation::Jq), defined(false));
    let is_helper = |it| matches!(it, Implementation::Helper | Implementation::NativeHelper);
    assert_eq!(rows(is_helper), defined(true));
}

#[test]
fn every_native_filter_has_a_row_and_every_row_a_native_filter() {
    let native: BTreeSet<_> = natives::signatures().collect();
    let is_native = |it| matches!(it, Implementation::Native | Implementation::NativeHelper);
    assert_eq!(rows(is_native), native);
}

#[test]
fn jaq_has_the_filters_that_are_taken_from_it() {
    let rows: Vec<_> = all()
        .filter(|builtin| matches!(builtin.implementation, Implementation::Jaq(_)))
        .collect();
    assert_eq!(natives::functions(&rows).len(), rows.len());
}

/// What follows from the text of a definition: its number of outputs, and the strongest effect of what it calls.
fn derived(builtin: &'static Builtin, text: &'static str) -> (OutputCount, Effect) {
    let program = Program::new(".");
    let (files, arena) = (ModuleFiles::new(&program), Arena::default());
    let mut linker = Linker::new(&arena, Target::JaqCore, &files, ["$__search_list"]);
    linker.expands_helpers = true;
    let outputs = linker.builtin_definition(builtin, text);
    assert!(linker.errors.is_empty(), "{}", builtin.name);
    let called = linker
        .builtins
        .iter()
        .filter(|it| builtins::text(it).is_none());
    let effect = called.map(|it| it.effect).max().unwrap_or(Effect::Pure);
    let effect = if linker.globals.is_empty() {
        effect
    } else {
        effect.max(Effect::Impure)
    };
    (outputs.unwrap_or(OutputCount::Any), effect)
}

#[test]
fn the_table_says_of_a_definition_what_follows_from_its_text() {
    for builtin in all() {
        if let Some(text) = builtins::text(builtin) {
            let stated = (builtin.outputs, builtin.effect);
            let derived = derived(builtin, text);
            let name = format!("{}/{}", builtin.name, builtin.arity);
            // A function may promise more than can be seen in the text of the definition.
            if builtin.implementation == Implementation::NativeHelper {
                assert_eq!(stated.0, OutputCount::One, "{name}");
                assert!(stated.1 <= derived.1, "{name}");
            } else {
                assert_eq!(stated, derived, "{name}");
            }
        }
    }
}
