//! What the sample engine tells about running containers: `stats` and `top`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::query::Query;
use super::recorded::{self, Container};
use super::response::{DemoResponse, Refusal, ok, stream};

/// How many samples a stream of statistics has. dockerd's has no end.
const SAMPLES: i64 = 3;
const NEVER: &str = "0001-01-01T00:00:00Z";

/// `GET /containers/{id}/stats`: one sample with `stream=0`, else a few, a second apart by their times.
pub(crate) fn stats(container: &Container, query: &Query) -> DemoResponse {
    let Some(recorded) = container.stats else {
        return ok(&stopped_stats(container));
    };
    let sample = recorded::parse(recorded);
    if !query.flag("stream", true) {
        let is_single = query.flag("one-shot", false);
        return ok(&if is_single {
            without_previous(sample)
        } else {
            sample
        });
    }
    let mut lines = String::new();
    for second in 0..SAMPLES {
        let later = later(&sample, second);
        let line = if second == 0 {
            without_previous(later)
        } else {
            later
        };
        // Writing to a string does not fail.
        let _ = writeln!(lines, "{line}");
    }
    stream(lines, None)
}

/// A sample some seconds later: the times go on, and with them the counters.
fn later(sample: &Value, seconds: i64) -> Value {
    let mut later = sample.clone();
    for time in ["read", "preread"] {
        let text = sample[time].as_str().unwrap_or_default();
        // The recorded second leaves room in its minute.
        if let Some(second) = text.get(17..19).and_then(|it| it.parse::<i64>().ok()) {
            later[time] = json!(format!(
                "{}{:02}{}",
                &text[..17],
                (second + seconds) % 60,
                &text[19..]
            ));
        }
    }
    for path in ["/cpu_usage/total_usage", "/system_cpu_usage"] {
        let number = |part: &str| {
            sample[part]
                .pointer(path)
                .and_then(Value::as_i64)
                .unwrap_or_default()
        };
        let step = number("cpu_stats") - number("precpu_stats");
        for part in ["cpu_stats", "precpu_stats"] {
            if let Some(value) = later[part].pointer_mut(path) {
                *value = json!(number(part) + seconds * step);
            }
        }
    }
    later
}

/// A sample without the one before it, as the first of a stream is.
fn without_previous(mut sample: Value) -> Value {
    sample["preread"] = json!(NEVER);
    sample["precpu_stats"] = json!({
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0}
    });
    sample
}

/// dockerd's sample of a container that does not run.
fn stopped_stats(container: &Container) -> Value {
    let blocks = [
        "io_service_bytes_recursive",
        "io_serviced_recursive",
        "io_queue_recursive",
        "io_service_time_recursive",
        "io_wait_time_recursive",
        "io_merged_recursive",
        "io_time_recursive",
        "sectors_recursive",
    ];
    let blocks: serde_json::Map<String, Value> = blocks
        .into_iter()
        .map(|it| (it.to_owned(), Value::Null))
        .collect();
    let cpu = json!({
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0}
    });
    json!({
        "read": NEVER, "preread": NEVER, "pids_stats": {}, "blkio_stats": blocks, "num_procs": 0, "storage_stats": {},
        "cpu_stats": cpu.clone(), "precpu_stats": cpu, "memory_stats": {},
        "name": format!("/{}", container.name), "id": recorded::id(container.inspect)
    })
}

/// The columns of `ps aux`.
const AUX: &str = "user,pid,pcpu,pmem,vsz,rss,tty,stat,start,time,args";

/// Where the text of a column comes from.
#[derive(Clone, Copy)]
enum Source {
    /// This field of a row of `ps -ef`.
    Field(usize),
    /// What was not recorded: the same for each process.
    Fixed(&'static str),
}

/// `GET /containers/{id}/top`: the processes as `ps -ef` shows them, as `ps aux`, or the columns of
/// `ps_args=-o COLUMNS`.
///
/// # Errors
/// A container that does not run, 409; other arguments, 500.
pub(crate) fn top(container: &Container, query: &Query) -> Result<DemoResponse, Refusal> {
    let Some(top) = container.top else {
        let id = recorded::id(container.inspect);
        return Err(Refusal::conflict(format!("container {id} is not running")));
    };
    let top = recorded::parse(top);
    let arguments = query.get("ps_args").unwrap_or_default().trim();
    if ["", "-ef", "ef"].contains(&arguments) {
        return Ok(ok(&top));
    }
    let chosen = ["-eo", "-o", "o"]
        .iter()
        .find_map(|option| arguments.strip_prefix(option));
    let columns = match arguments.trim_start_matches('-') {
        "aux" => Some(AUX),
        _ => chosen,
    };
    let columns = columns.ok_or_else(|| {
        Refusal::server_error(format!(
            "the sample engine knows ps -ef, ps aux and ps -o COLUMNS, not ps {arguments}"
        ))
    })?;
    with_columns(&top, columns).map(|it| ok(&it))
}

fn with_columns(top: &Value, columns: &str) -> Result<Value, Refusal> {
    let names = columns.split([',', ' ']).filter(|name| !name.is_empty());
    let columns = names.map(|name| {
        column(name).ok_or_else(|| {
            Refusal::server_error(format!(
                "ps: exit status 1: error: unknown user-defined format specifier \"{name}\""
            ))
        })
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let titles: Vec<&str> = columns.iter().map(|(title, _)| *title).collect();
    if !titles.contains(&"PID") {
        return Err(Refusal::server_error(
            "Couldn't find PID field in ps output",
        ));
    }
    let row = |process: &Value| -> Vec<Value> {
        let cells = columns.iter().map(|(_, source)| match source {
            Source::Field(index) => process[*index].clone(),
            Source::Fixed(text) => json!(text),
        });
        cells.collect()
    };
    let processes = top["Processes"].as_array().into_iter().flatten();
    let processes: Vec<Vec<Value>> = processes.map(row).collect();
    Ok(json!({"Processes": processes, "Titles": titles}))
}

/// The title of a column of ps(1), and where its text comes from.
fn column(name: &str) -> Option<(&'static str, Source)> {
    use Source::{Field, Fixed};
    Some(match name {
        "user" | "euser" | "uname" => ("USER", Field(0)),
        "uid" | "euid" => ("UID", Field(0)),
        "pid" => ("PID", Field(1)),
        "ppid" => ("PPID", Field(2)),
        "c" => ("C", Field(3)),
        "stime" => ("STIME", Field(4)),
        "start" | "start_time" | "bsdstart" => ("START", Field(4)),
        "tty" | "tt" | "tname" => ("TTY", Field(5)),
        "time" | "cputime" => ("TIME", Field(6)),
        "cmd" => ("CMD", Field(7)),
        "args" | "command" => ("COMMAND", Field(7)),
        "pcpu" | "%cpu" => ("%CPU", Fixed("0.3")),
        "pmem" | "%mem" => ("%MEM", Fixed("0.2")),
        "vsz" | "vsize" => ("VSZ", Fixed("118944")),
        "rss" | "rssize" => ("RSS", Fixed("14208")),
        "stat" | "state" | "s" => ("STAT", Fixed("S")),
        _ => return None,
    })
}
