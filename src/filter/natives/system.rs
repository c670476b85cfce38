//! Builtins that use more than their input: other inputs, messages, exit codes, the stack.

use jaq_core::box_iter::box_once;
use jaq_core::{Ctx, Exn};

use super::native::{NativeCall, NativeEntry, NativeFn, Outputs, fail, function, one};
use crate::builtins;
use crate::jaq_run::JaqData;
use dq_json::value::{Value, ValueError};

pub(super) const TABLE: &[NativeEntry] = &[
    (
        "input",
        "",
        NativeFn::Filter(|cv| {
            box_once(
                cv.0.data()
                    .input()
                    .unwrap_or_else(|| fail("break"))
                    .map_err(Into::into),
            )
        }),
    ),
    (
        "_inputs",
        "",
        NativeFn::Filter(|cv| {
            let run = *cv.0.data();
            Box::new(std::iter::from_fn(move || run.input()).map(|input| input.map_err(Into::into)))
        }),
    ),
    (
        "debug",
        "",
        NativeFn::Filter(|cv| {
            debug(&cv.0, &cv.1);
            one(Ok(cv.1))
        }),
    ),
    (
        "stderr",
        "",
        NativeFn::Filter(|cv| {
            stderr(&cv.0, &cv.1);
            one(Ok(cv.1))
        }),
    ),
    (
        "input_filename",
        "",
        NativeFn::Filter(|cv| one(Ok(cv.0.data().input_name()))),
    ),
    (
        "input_line_number",
        "",
        NativeFn::Filter(|cv| one(Ok(Value::from(cv.0.data().input_line())))),
    ),
    ("_halt", "v", NativeFn::Filter(halt)),
    ("_halt_error", "v", NativeFn::Filter(halt_error)),
    ("builtins", "", function!(|_value| Ok(all_names()))),
    ("_stack_guard", "", NativeFn::Filter(stack_guard)),
    (
        "modulemeta",
        "",
        NativeFn::Filter(|cv| one(cv.0.data().module_metadata(&cv.1))),
    ),
];

/// Writes the message of `debug`.
pub(super) fn debug(context: &Ctx<JaqData>, value: &Value) {
    context.data().message(debug_message(value).as_bytes());
}

/// What `debug` prints.
pub(crate) fn debug_message(value: &Value) -> String {
    format!("[\"DEBUG:\",{}]\n", value.to_json())
}

/// Writes the message of `stderr`.
pub(super) fn stderr(context: &Ctx<JaqData>, value: &Value) {
    context.data().message(stderr_message(value).as_bytes());
}

/// What `stderr` prints.
pub(crate) fn stderr_message(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_json(), str::to_owned)
}

fn exit_code(input: &Value, code: &Value) -> Result<i32, ValueError> {
    match code {
        Value::Num(n) => Ok(n.as_f64() as i32),
        _ => fail(format_args!(
            "{} halt_error/1: number required",
            input.describe()
        )),
    }
}

fn halt(mut cv: NativeCall) -> Outputs {
    box_once(Err(match exit_code(&cv.1, &cv.0.pop_var()) {
        Ok(code) => Exn::halt(code),
        Err(error) => error.into(),
    }))
}

/// Prints a string as it is, null not at all, and any other value as a line of JSON (jq manual, `halt_error`).
fn halt_error(mut cv: NativeCall) -> Outputs {
    let code = match exit_code(&cv.1, &cv.0.pop_var()) {
        Ok(code) => code,
        Err(error) => return box_once(Err(error.into())),
    };
    match &cv.1 {
        Value::Null => {}
        Value::Str(text) => cv.0.data().message(text.as_bytes()),
        other => {
            cv.0.data()
                .message(format!("{}\n", other.to_json()).as_bytes())
        }
    }
    box_once(Err(Exn::halt(code)))
}

fn all_names() -> Value {
    let public = builtins::all().filter(|it| !it.name.starts_with(['_', '@']));
    public
        .map(|builtin| Value::from(format!("{}/{}", builtin.name, builtin.arity)))
        .collect()
}

/// Outputs the input, or raises an error if the stack is nearly used up.
fn stack_guard(cv: NativeCall) -> Outputs {
    one(check_stack(&cv.0).map(|()| cv.1))
}

pub(super) fn check_stack(context: &Ctx<JaqData>) -> Result<(), ValueError> {
    if context.data().stack.allows_more() {
        Ok(())
    } else {
        fail("the filter recurses too deeply")
    }
}
