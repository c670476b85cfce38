//! Paths, and updates by paths: `path`, `getpath`, `setpath`, `delpaths`, `|=`, and what can stand inside of a path
//! expression.
//!
//! Inside of `path(f)`, jaq-core evaluates `f` to values together with their paths. jq also lets values pass that have
//! no path, as the string in `path(tojson | empty)`, and refuses them where the path expression ends. Such a value
//! carries a mark in its path here, and [`components`] refuses the mark.

use std::rc::Rc;

use jaq_core::box_iter::box_once;
use jaq_core::{PathsPtr, ValX};

use super::native::{NativeCall, NativeEntry, NativeFn, Outputs, fail, function, one};
use super::system::{self, check_stack};
use crate::jaq_run::JaqData;
use dq_json::value::{SharedStr, Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[
    (
        "_empty",
        "",
        NativeFn::Filter(|_| Box::new(std::iter::empty())),
    ),
    (
        "error",
        "",
        NativeFn::Filter(|cv| box_once(Err(ValueError::new(cv.1).into()))),
    ),
    (
        "error",
        "f",
        NativeFn::Filter(|mut cv| {
            let (message, context) = cv.0.pop_fun();
            let messages = message.run((context, cv.1));
            Box::new(messages.map(|message| Err(ValueError::new(message?).into())))
        }),
    ),
    (
        "_path",
        "f",
        NativeFn::Filter(|mut cv| {
            let (paths, context) = cv.0.pop_fun();
            let found = paths.paths((context, (cv.1, Default::default())));
            Box::new(found.map(|found| Ok(Value::from(components(found?.1.iter())?))))
        }),
    ),
    (
        "_getpath",
        "v",
        function!(|value, path| match path {
            Value::Arr(path) => value.get_path(&path),
            _ => fail("Path must be specified as an array"),
        }),
    ),
    (
        "_setpath",
        "vv",
        function!(|value, path, new| match path {
            Value::Arr(path) => value.set_path(&path, new),
            _ => fail("Path must be specified as an array"),
        }),
    ),
    (
        "delpaths",
        "v",
        function!(|value, paths| value.delete_paths(&paths)),
    ),
    (
        "_assign",
        "fv",
        NativeFn::Filter(|mut cv| {
            let new = cv.0.pop_var();
            let set = move |value: Value, path: &[Value]| Ok(value.set_path(path, new.clone())?);
            box_once(for_each_path(cv, set))
        }),
    ),
    (
        "_update",
        "ff",
        NativeFn::Filter(|mut cv| {
            let (update, context) = cv.0.pop_fun();
            let update = move |value: Value, path: &[Value]| {
                value.update_path(path, |old| {
                    let mut outputs = update.run((context.clone(), old));
                    outputs.next().unwrap_or(Ok(Value::Null))
                })
            };
            box_once(for_each_path(cv, update))
        }),
    ),
    ("_modify", "ff", NativeFn::Filter(|cv| box_once(modify(cv)))),
    ("_alternative", "ff", NativeFn::Filter(alternative)),
    ("_try", "ff", NativeFn::Filter(try_catch)),
    ("_access", "", function!(|value| Ok(value))),
    ("_access", "f", function!(|value| Ok(value))),
    (
        "_value",
        "f",
        NativeFn::Filter(|mut cv| {
            let (filter, context) = cv.0.pop_fun();
            filter.run((context, cv.1))
        }),
    ),
];

/// How a native filter that can be part of a path expression runs inside of `path(…)`.
pub(super) fn inside_path(name: &str, arity: usize) -> Option<PathsPtr<JaqData>> {
    Some(match (name, arity) {
        ("_empty", 0) => |_| Box::new(std::iter::empty()),
        ("error", 0) => |cv| box_once(Err(ValueError::new(cv.1.0).into())),
        ("error", 1) => |mut cv| {
            let (message, context) = cv.0.pop_fun();
            let messages = message.run((context, cv.1.0));
            Box::new(messages.map(|message| Err(ValueError::new(message?).into())))
        },
        ("debug", 0) => |cv| {
            system::debug(&cv.0, &cv.1.0);
            box_once(Ok(cv.1))
        },
        ("stderr", 0) => |cv| {
            system::stderr(&cv.0, &cv.1.0);
            box_once(Ok(cv.1))
        },
        ("_stack_guard", 0) => |cv| box_once(check_stack(&cv.0).map(|()| cv.1).map_err(Into::into)),
        ("_getpath", 1) => |mut cv| {
            let (value, mut path) = cv.1;
            let Value::Arr(keys) = cv.0.pop_var() else {
                return box_once(fail("Path must be specified as an array").map_err(Into::into));
            };
            let found = match value.get_path(&keys) {
                Ok(found) => found,
                Err(error) => return box_once(Err(error.into())),
            };
            if path.iter().next().and_then(marked).is_some() {
                path = path.cons(mark(found.clone()));
            } else {
                for key in keys.iter() {
                    path = path.cons(key.clone());
                }
            }
            box_once(Ok((found, path)))
        },
        ("_access", 0) => |cv| {
            box_once(match cv.1.1.iter().next().and_then(marked) {
                Some(value) => Err(iterate_error(value).into()),
                None => Ok(cv.1),
            })
        },
        ("_access", 1) => |mut cv| {
            let (key, context) = cv.0.pop_fun();
            box_once(match cv.1.1.iter().next().and_then(marked) {
                Some(value) => match key.run((context, value.clone())).next() {
                    Some(Err(error)) => Err(error),
                    Some(Ok(key)) => Err(access_error(&key, value).into()),
                    None => Err(iterate_error(value).into()),
                },
                None => Ok(cv.1),
            })
        },
        ("_alternative", 2) => |mut cv| {
            let (right, in_right) = cv.0.pop_fun();
            let (left, in_left) = cv.0.pop_fun();
            let mut found = left
                .paths((in_left, cv.1.clone()))
                .filter(|found| found.as_ref().map_or(true, |(value, _)| is_true(value)));
            match found.next() {
                Some(first) => Box::new(std::iter::once(first).chain(found)),
                None => right.paths((in_right, cv.1)),
            }
        },
        ("_try", 2) => |mut cv| {
            let (handler, in_handler) = cv.0.pop_fun();
            let (body, in_body) = cv.0.pop_fun();
            let (value, path) = cv.1.clone();
            let handle = move |error: Value| {
                let (value, path) = (value.clone(), path.clone());
                let outputs = handler.run((in_handler.clone(), error)).map(move |output| {
                    let output = output?;
                    let path = path.clone();
                    Ok(if is_same(&output, &value) {
                        (output, path)
                    } else {
                        (output.clone(), path.cons(mark(output)))
                    })
                });
                Box::new(outputs) as _
            };
            or_handled(body.paths((in_body, cv.1)), handle)
        },
        ("_value", 1) => |mut cv| {
            let (filter, context) = cv.0.pop_fun();
            let (value, path) = cv.1;
            let outputs = filter.run((context, value.clone()));
            Box::new(outputs.map(move |output| {
                let output = output?;
                let path = path.clone();
                Ok(if is_same(&output, &value) {
                    (output, path)
                } else {
                    (output.clone(), path.cons(mark(output)))
                })
            }))
        },
        _ => return None,
    })
}

/// The key of a mark in a path. No jq program meets it.
const MARK: &str = "\0value without a path";

/// The mark of a value that has no path.
fn mark(value: Value) -> Value {
    Value::object([(MARK, value)])
}

fn marked(component: &Value) -> Option<&Value> {
    match component {
        Value::Obj(object) => object.get(MARK),
        _ => None,
    }
}

/// Whether an output is the input itself, so that it has the path of the input (`jv_identical` in jq).
pub(crate) fn is_same(output: &Value, input: &Value) -> bool {
    match (output, input) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(output), Value::Bool(input)) => output == input,
        (Value::Str(output), Value::Str(input)) => SharedStr::ptr_eq(output, input),
        (Value::Arr(output), Value::Arr(input)) => Rc::ptr_eq(output, input),
        (Value::Obj(output), Value::Obj(input)) => Rc::ptr_eq(output, input),
        _ => false,
    }
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false))
}

/// The components of a path, which jaq-core lists from the last to the first.
///
/// # Errors
/// The path expression led to a value without a path.
fn components<'v>(reversed: impl Iterator<Item = &'v Value>) -> Result<Vec<Value>, ValueError> {
    let mut components: Vec<_> = reversed.cloned().collect();
    match components
        .iter()
        .position(|component| marked(component).is_some())
    {
        None => {
            components.reverse();
            Ok(components)
        }
        Some(last) => match (marked(&components[last]), last.checked_sub(1)) {
            (Some(value), Some(next)) => Err(access_error(&components[next], value)),
            (Some(value), None) => Err(invalid_path_result(value)),
            (None, _) => Ok(components),
        },
    }
}

/// The error of a path expression whose output has no path.
pub(crate) fn invalid_path_result(value: &Value) -> ValueError {
    ValueError::str(format_args!("Invalid path expression with result {value}"))
}

/// The error of accessing an element of a value without a path.
pub(crate) fn access_error(key: &Value, value: &Value) -> ValueError {
    ValueError::str(format_args!(
        "Invalid path expression near attempt to access element {key} of {value}"
    ))
}

/// The error of iterating over a value without a path.
pub(crate) fn iterate_error(value: &Value) -> ValueError {
    ValueError::str(format_args!(
        "Invalid path expression near attempt to iterate through {value}"
    ))
}

/// Applies a change at each path that the first argument yields for the input, as jq's `reduce path(paths) as $p`.
fn for_each_path<'a>(
    mut cv: NativeCall<'a>,
    change: impl Fn(Value, &[Value]) -> ValX<'a, Value>,
) -> ValX<'a, Value> {
    let (paths, context) = cv.0.pop_fun();
    let mut found = paths.paths((context, (cv.1.clone(), Default::default())));
    if found.size_hint().1 == Some(1) {
        // The only path: the iterator lets go of the value, which may then be changed without a copy.
        let path = match found.next() {
            Some(only) => components(only?.1.iter())?,
            None => return Ok(cv.1),
        };
        drop(found);
        return change(cv.1, &path);
    }
    found.try_fold(cv.1, |value, found| {
        let path = components(found?.1.iter())?;
        change(value, &path)
    })
}

/// `paths |= update` where `update` may have no output: the value then stays until all updates are made, and is
/// deleted with the others (`_modify` in jq).
fn modify<'a>(mut cv: NativeCall<'a>) -> ValX<'a, Value> {
    let (update, context) = cv.0.pop_fun();
    let gone = std::cell::RefCell::new(Vec::new());
    let value = for_each_path(cv, |value, path| {
        let old = value.get_path(path)?;
        let mut outputs = update.run((context.clone(), old));
        match outputs.next() {
            Some(new) => Ok(value.set_path(path, new?)?),
            None => {
                gone.borrow_mut().push(Value::from(path.to_vec()));
                Ok(value)
            }
        }
    })?;
    Ok(value.delete_paths(&Value::from(gone.into_inner()))?)
}

/// `left // right`
fn alternative(mut cv: NativeCall) -> Outputs {
    let (right, in_right) = cv.0.pop_fun();
    let (left, in_left) = cv.0.pop_fun();
    let mut outputs = left
        .run((in_left, cv.1.clone()))
        .filter(|output| output.as_ref().map_or(true, is_true));
    match outputs.next() {
        Some(first) => Box::new(std::iter::once(first).chain(outputs)),
        None => right.run((in_right, cv.1)),
    }
}

/// `try body catch handler`
fn try_catch(mut cv: NativeCall) -> Outputs {
    let (handler, in_handler) = cv.0.pop_fun();
    let (body, in_body) = cv.0.pop_fun();
    or_handled(body.run((in_body, cv.1)), move |error| {
        handler.run((in_handler.clone(), error))
    })
}

/// The outputs up to the first error, and then the outputs of its handler.
fn or_handled<'a, T: 'a>(
    mut outputs: Box<dyn Iterator<Item = Result<T, jaq_core::Exn<'a, Value>>> + 'a>,
    handle: impl Fn(Value) -> Box<dyn Iterator<Item = Result<T, jaq_core::Exn<'a, Value>>> + 'a> + 'a,
) -> Box<dyn Iterator<Item = Result<T, jaq_core::Exn<'a, Value>>> + 'a> {
    let mut handled = None;
    Box::new(std::iter::from_fn(move || {
        if let Some(handled) = &mut handled {
            return Iterator::next(handled);
        }
        match outputs.next()? {
            Ok(output) => Some(Ok(output)),
            Err(exception) => match exception.get_err() {
                Ok(error) => handled.insert(handle(error.into_val())).next(),
                Err(exception) => Some(Err(exception)),
            },
        }
    }))
}
