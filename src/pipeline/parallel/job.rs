//! What each thread makes its own filter and formatter of.

use crate::environment;
use crate::plan::{FilterPlan, Plan};
use dq_filter::{Filter, InputMode, is_independent};
use dq_format::{Format, Formatter, JsonLayout, Palette, RawOutput, Settings};
use dq_json::value::Value;

/// A filter and a JSON format, as data that threads can share.
pub struct Job {
    text: String,
    path: Option<String>,
    /// The variables, all of them strings.
    variables: Vec<(String, String)>,
    may_split_arrays: bool,
    format: Format,
    layout: JsonLayout,
    sort_keys: bool,
    ascii: bool,
    raw: RawOutput,
    seq: bool,
    palette: Option<Palette>,
    sanitize: bool,
}

/// Whether threads can run the plan's filter and format its outputs.
pub fn is_possible(plan: &Plan) -> bool {
    let Plan {
        inputs, program, ..
    } = plan;
    let is_json = matches!(
        plan.output.format,
        Format::Json | Format::Jsonl | Format::Raw
    );
    let reads_values = inputs.mode == InputMode::Values && !inputs.seq && !inputs.stream_errors;
    is_json && reads_values && !plan.null_input && is_closed(program)
}

/// Whether nothing outside of the filter's text decides what it means, except variables that are strings.
fn is_closed(program: &FilterPlan) -> bool {
    let is_string = |(_, value): &(String, Value)| matches!(value, Value::Str(_));
    let home = program.home.as_deref();
    program.saved.is_none()
        && program.variables.iter().all(is_string)
        && program.positional.is_empty()
        && !home.is_some_and(|home| home.join(".jq").is_file())
        && is_independent(&program.text)
}

impl Job {
    /// The job of a plan for which [`is_possible`] holds.
    pub fn new(plan: &Plan) -> Self {
        let (program, output) = (&plan.program, &plan.output);
        let variables = program.variables.iter();
        let variables = variables.filter_map(|(name, value)| {
            let text = value.as_str()?.to_owned();
            Some((name.clone(), text))
        });
        Self {
            text: program.text.clone(),
            path: program.path.clone(),
            variables: variables.collect(),
            may_split_arrays: output.accepts_array_parts(),
            format: output.format,
            layout: output.layout,
            sort_keys: output.sort_keys,
            ascii: output.ascii,
            raw: output.raw,
            seq: output.seq,
            palette: output.palette,
            sanitize: output.sanitize,
        }
    }

    /// The filter; `None` if it cannot be compiled, which has been reported already then.
    pub fn filter(&self) -> Option<Filter> {
        let named = self.variables.iter();
        let named = named.map(|(name, text)| (name.clone(), Value::from(text.clone())));
        let program = dq_filter::Program {
            path: self.path.as_deref(),
            named: named.collect(),
            may_stream_elements: true,
            may_split_arrays: self.may_split_arrays,
            environment: &environment::texts,
            ..dq_filter::Program::new(&self.text)
        };
        dq_filter::compile(&program).ok()
    }

    /// The formatter.
    pub fn formatter(&self) -> Box<dyn Formatter> {
        dq_format::formatter(Settings {
            format: self.format,
            layout: self.layout,
            sort_keys: self.sort_keys,
            ascii: self.ascii,
            raw: self.raw,
            seq: self.seq,
            palette: self.palette,
            sanitize: self.sanitize,
            ..Settings::default()
        })
    }
}
