//! What is found out about a program before it runs: how many outputs each term has, and which calls are loops.

use super::output_count::OutputCount;
use super::term::{
    Access, Builtin, Call, Definition, Fold, Kind, PathTerm, Pattern, Piece, Program, Repeats, Term,
};

/// Notes the number of outputs of every term, and the calls that run in the place of their caller.
pub(super) fn analyse(program: &mut Program) {
    // Recursive definitions begin with the best assumption, which is given up step by step.
    loop {
        let mut has_changed = false;
        for at in 0..program.definitions.len() {
            let mut body =
                std::mem::replace(&mut program.definitions[at].body, Kind::Identity.into());
            let outputs = count(&mut body, &program.definitions);
            let definition = &mut program.definitions[at];
            definition.body = body;
            has_changed |= definition.outputs != outputs;
            definition.outputs = outputs;
        }
        if !has_changed {
            break;
        }
    }
    count(&mut program.main, &program.definitions);
    for (id, definition) in program.definitions.iter_mut().enumerate() {
        let place = Place {
            definition: id,
            takes_value: &definition.takes_value,
            bound: 0,
            repeats: Repeats::Always,
        };
        definition.loops = mark_loops(&mut definition.body, Some(place));
    }
}

/// Counts the outputs of a term and of everything in it.
fn count(term: &mut Term, definitions: &[Definition]) -> OutputCount {
    term.outputs = count_kind(&mut term.kind, definitions);
    term.outputs
}

fn count_all<'t>(
    terms: impl IntoIterator<Item = &'t mut Term>,
    definitions: &[Definition],
) -> OutputCount {
    let one = OutputCount::ONE;
    terms
        .into_iter()
        .fold(one, |total, term| total.times(count(term, definitions)))
}

fn count_kind(kind: &mut Kind, definitions: &[Definition]) -> OutputCount {
    let (one, many) = (OutputCount::ONE, OutputCount::MANY);
    match kind {
        Kind::Identity | Kind::Constant(_) | Kind::Variable(_) | Kind::Global(_) => one,
        Kind::Recurse => many,
        Kind::Closure(_) => OutputCount::OF_PARAMETER,
        Kind::Break(_) => OutputCount::OPTIONAL,
        Kind::Text(pieces) => count_all(
            pieces.iter_mut().filter_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Filter(term) | Piece::Formatted(term, _) => Some(term),
            }),
            definitions,
        ),
        Kind::Array(inner) => {
            count(inner, definitions);
            one
        }
        Kind::Object(entries) => count_all(
            entries.iter_mut().flat_map(|(key, value)| [key, value]),
            definitions,
        ),
        Kind::Negate(inner) => count(inner, definitions),
        Kind::Pipe(terms)
        | Kind::Logic(terms, _)
        | Kind::Math(terms, _)
        | Kind::Compare(terms, _)
        | Kind::Alternative(terms) => count_all(terms.iter_mut(), definitions),
        Kind::Comma(terms) => {
            count_all(terms.iter_mut(), definitions);
            many
        }
        Kind::Bind(binding) => {
            let source = count(&mut binding.source, definitions);
            let pattern = count_pattern(&mut binding.pattern, definitions);
            let body = count(&mut binding.body, definitions);
            source.times(pattern).times(body)
        }
        Kind::If(terms) => count_all(terms.iter_mut(), definitions),
        Kind::Path(path) => count_path(path, definitions),
        Kind::Update(terms) => {
            count_all(terms.iter_mut(), definitions);
            one
        }
        Kind::UpdateWith(terms, _) => {
            count(&mut terms[0], definitions);
            count(&mut terms[1], definitions)
        }
        Kind::Reduce(fold) => count_fold(fold, definitions),
        Kind::Foreach(fold) => {
            count_fold(fold, definitions);
            many
        }
        Kind::Try(terms) => {
            let body = count(&mut terms.0, definitions);
            let handler = match &mut terms.1 {
                Some(handler) => count(handler, definitions),
                None => OutputCount::OPTIONAL,
            };
            if body.is_optional() || body.depends_on_parameters() {
                body.or(handler)
            } else {
                many
            }
        }
        Kind::Label(inner) => count(inner, definitions).or(OutputCount::OPTIONAL),
        Kind::Call(call) => {
            let definition = &definitions[call.definition];
            let mut total = definition.outputs;
            for (argument, takes_value) in call.arguments.iter_mut().zip(&definition.takes_value) {
                let outputs = count(argument, definitions);
                if *takes_value || definition.outputs.depends_on_parameters() {
                    total = total.times(outputs);
                }
            }
            if definition.outputs.depends_on_parameters() && !definition.sees_parameters {
                total = call.arguments.iter().fold(
                    definition.outputs.without_parameters(),
                    |total, argument| total.times(argument.outputs),
                );
            }
            total
        }
        Kind::Builtin(arguments, builtin) => {
            let of_arguments = count_all(arguments.iter_mut(), definitions);
            count_builtin(*builtin, arguments, of_arguments)
        }
        Kind::Function(arguments, function) => {
            let of_arguments = count_all(arguments.iter_mut(), definitions);
            if function.has_one_output {
                of_arguments
            } else {
                many
            }
        }
    }
}

fn count_pattern(pattern: &mut Pattern, definitions: &[Definition]) -> OutputCount {
    match pattern {
        Pattern::Variable => OutputCount::ONE,
        Pattern::Keys(keys) => keys
            .iter_mut()
            .fold(OutputCount::ONE, |total, (key, pattern)| {
                let key = count(key, definitions);
                total.times(key).times(count_pattern(pattern, definitions))
            }),
    }
}

fn count_path(path: &mut PathTerm, definitions: &[Definition]) -> OutputCount {
    let mut total = count(&mut path.inner, definitions);
    for part in &mut path.parts {
        total = match &mut part.access {
            Access::All => OutputCount::MANY,
            Access::Key(key) => total.times(count(key, definitions)),
            Access::Slice(from, upto) => {
                let bounds = [from, upto].into_iter().flatten();
                total.times(count_all(bounds, definitions))
            }
        };
        if part.optional {
            total = total.or(OutputCount::OPTIONAL);
        }
    }
    total
}

/// The outputs of `reduce`.
fn count_fold(fold: &mut Fold, definitions: &[Definition]) -> OutputCount {
    count(&mut fold.source, definitions);
    count_pattern(&mut fold.pattern, definitions);
    count(&mut fold.update, definitions);
    if let Some(extract) = &mut fold.extract {
        count(extract, definitions);
    }
    count(&mut fold.init, definitions)
}

fn count_builtin(builtin: Builtin, arguments: &[Term], of_arguments: OutputCount) -> OutputCount {
    let at = |at: usize| {
        let term = arguments.get(at);
        term.map_or(OutputCount::ONE, |term| term.outputs)
    };
    match builtin {
        Builtin::Access
        | Builtin::Add
        | Builtin::All
        | Builtin::Any
        | Builtin::Debug
        | Builtin::GroupBy
        | Builtin::Input
        | Builtin::IsEmpty
        | Builtin::LastOrNull
        | Builtin::Map
        | Builtin::MaxBy
        | Builtin::MinBy
        | Builtin::Modify
        | Builtin::SortBy
        | Builtin::Stderr
        | Builtin::UniqueBy
        | Builtin::UpdatePaths => OutputCount::ONE,
        Builtin::Empty | Builtin::Error | Builtin::RaiseInput | Builtin::First | Builtin::Last => {
            OutputCount::OPTIONAL
        }
        Builtin::Assign => at(1),
        Builtin::GetPath | Builtin::Value | Builtin::Alternative | Builtin::Walk => of_arguments,
        Builtin::Path => at(0),
        Builtin::Select => at(0).or(OutputCount::OPTIONAL),
        Builtin::Try if at(0).is_optional() || at(0).depends_on_parameters() => of_arguments,
        Builtin::ForeachOutputs
        | Builtin::FromStream
        | Builtin::Limit
        | Builtin::Range
        | Builtin::RangeBy
        | Builtin::RecurseBy
        | Builtin::Skip
        | Builtin::ToStream
        | Builtin::Try => OutputCount::MANY,
    }
}

/// The place of a term in a definition.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The number of the definition.
    definition: usize,
    takes_value: &'p [bool],
    /// The number of bindings inside of the definition.
    bound: usize,
    /// [`Repeats::WithOneOutput`] behind a term that has one output only where the parameters have.
    repeats: Repeats,
}

impl Place<'_> {
    /// The place behind a term.
    fn behind(self, term: &Term) -> Option<Self> {
        let repeats = if term.outputs.is_optional() {
            self.repeats
        } else if term.outputs.is_one_with_parameters() {
            Repeats::WithOneOutput
        } else {
            return None;
        };
        Some(Self { repeats, ..self })
    }
}

/// Marks the calls of its own definition that a term ends with. A call without arguments needs no mark where nothing was
/// bound in between: it goes on with the body. Tells whether a call was marked.
fn mark_loops(term: &mut Term, place: Option<Place>) -> bool {
    let Some(place) = place else {
        return false;
    };
    match &mut term.kind {
        Kind::Pipe(terms) => {
            let place = place.behind(&terms[0]);
            mark_loops(&mut terms[1], place)
        }
        Kind::Comma(terms) => mark_loops(&mut terms[1], Some(place)),
        Kind::If(terms) => {
            let place = place.behind(&terms[0]);
            let then = mark_loops(&mut terms[1], place);
            let otherwise = mark_loops(&mut terms[2], place);
            then || otherwise
        }
        Kind::Bind(binding) if matches!(binding.pattern, Pattern::Variable) => {
            let inside = Place {
                bound: place.bound + 1,
                ..place
            };
            mark_loops(&mut binding.body, inside.behind(&binding.source))
        }
        Kind::Call(call) if call.definition == place.definition => mark_call(call, place),
        _ => false,
    }
}

fn mark_call(call: &mut Call, place: Place) -> bool {
    if call.arguments.is_empty() && place.bound == 0 {
        return false;
    }
    let mut repeats = place.repeats;
    let count = place.takes_value.len();
    for (at, (argument, takes_value)) in call.arguments.iter().zip(place.takes_value).enumerate() {
        let parameter = place.bound + count - 1 - at;
        match (takes_value, &argument.kind) {
            (true, _) if argument.outputs.is_one() => {}
            (true, _) if argument.outputs.is_one_with_parameters() => {
                repeats = Repeats::WithOneOutput;
            }
            // The parameter itself, passed on.
            (false, Kind::Closure(to)) if *to == parameter => {}
            _ => return false,
        }
    }
    call.repeats = repeats;
    true
}
