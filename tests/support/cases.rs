//! Command-line cases kept as data: `tests/cases/NAME.json`, an array of objects.
//!
//! | field | |
//! |---|---|
//! | `name` | what the case shows |
//! | `args` | the words after `dq` |
//! | `stdin` | text, or an array of bytes |
//! | `env` | added to a clean environment |
//! | `files` | made in the working folder, which is also `HOME`: path → text |
//! | `sockets` | servers in that folder: path → {target: JSON body}; `null` leaves a socket nobody listens on |
//! | `stdout` | exact; left out: empty |
//! | `stderr` | exact; left out: empty, unless |
//! | `stderr_has` | one text or several that standard error contains |
//! | `code` | left out: 0 |
//!
//! `@DIR@` stands for the working folder in every text but `stdin`.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value};

use super::diff::diff;
use super::dq::{Output, dq};
use super::server::{Reply, Server, stale_socket};
use super::temp::TempDir;

const FIELDS: [&str; 10] = [
    "name",
    "args",
    "stdin",
    "env",
    "files",
    "sockets",
    "stdout",
    "stderr",
    "stderr_has",
    "code",
];

/// Runs every case of a file and fails with a report of all that went wrong.
pub fn run_file(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cases/{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    let cases: Vec<Map<String, Value>> =
        serde_json::from_str(&text).unwrap_or_else(|it| panic!("{name}: {it}"));
    let reports: Vec<String> = cases
        .into_iter()
        .filter_map(|case| Case(case).report())
        .collect();
    assert!(
        reports.is_empty(),
        "{} failing in {name}.json\n{}",
        reports.len(),
        reports.concat()
    );
}

struct Case(Map<String, Value>);

impl Case {
    /// What is wrong with this case, if anything is.
    fn report(&self) -> Option<String> {
        let dir = TempDir::new();
        let output = self.run(&dir);
        let faults = self.faults(&output, &dir);
        if faults.is_empty() {
            return None;
        }
        let args: Vec<String> = self
            .words("args", &dir)
            .iter()
            .map(|it| quoted(it))
            .collect();
        let name = self
            .0
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or("(no name)");
        Some(format!("\n  {name}\n    $ dq {}\n{faults}", args.join(" ")))
    }

    fn run(&self, dir: &TempDir) -> Output {
        for (path, text) in self.pairs("files") {
            dir.write(path, filled(text.as_str().unwrap(), dir));
        }
        let _servers: Vec<_> = self
            .pairs("sockets")
            .filter_map(|it| serve(it, dir))
            .collect();
        let mut run = dq(self.words("args", dir))
            .dir(dir.path())
            .env("HOME", dir.path());
        for (name, value) in self.pairs("env") {
            run = run.env(name, filled(value.as_str().unwrap(), dir));
        }
        run.stdin(self.stdin()).run()
    }

    fn stdin(&self) -> Vec<u8> {
        match self.0.get("stdin") {
            Some(Value::Array(bytes)) => {
                bytes.iter().map(|it| it.as_u64().unwrap() as u8).collect()
            }
            text => text.and_then(Value::as_str).unwrap_or_default().into(),
        }
    }

    /// Everything that is not as the case says.
    fn faults(&self, output: &Output, dir: &TempDir) -> String {
        let mut faults = String::new();
        for field in self.0.keys().filter(|it| !FIELDS.contains(&it.as_str())) {
            let _ = writeln!(faults, "    no such field: {field}");
        }
        let code = self.0.get("code").map_or(0, |it| it.as_i64().unwrap());
        if code != i64::from(output.code) {
            let _ = writeln!(faults, "    exit code {}, not {code}", output.code);
        }
        let stdout = String::from_utf8_lossy(&output.stdout);
        compare(&mut faults, "stdout", &self.text("stdout", dir), &stdout);
        let parts = self.words("stderr_has", dir);
        let lacks = |part: &&String| !output.stderr.contains(part.as_str());
        if parts.is_empty() {
            compare(
                &mut faults,
                "stderr",
                &self.text("stderr", dir),
                &output.stderr,
            );
        } else if code != i64::from(output.code) || parts.iter().any(|it| lacks(&it)) {
            let missing: Vec<_> = parts.iter().filter(lacks).collect();
            let _ = write!(
                faults,
                "    stderr lacks {missing:?}:\n{}",
                diff("", &output.stderr)
            );
        }
        faults
    }

    fn text(&self, field: &str, dir: &TempDir) -> String {
        filled(
            self.0
                .get(field)
                .and_then(Value::as_str)
                .unwrap_or_default(),
            dir,
        )
    }

    /// A field that holds one text or several.
    fn words(&self, field: &str, dir: &TempDir) -> Vec<String> {
        match self.0.get(field) {
            Some(Value::Array(words)) => words
                .iter()
                .map(|it| filled(it.as_str().unwrap(), dir))
                .collect(),
            Some(word) => vec![filled(word.as_str().unwrap(), dir)],
            None => Vec::new(),
        }
    }

    fn pairs(&self, field: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.0
            .get(field)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    }
}

fn filled(text: &str, dir: &TempDir) -> String {
    text.replace("@DIR@", dir.path().to_str().unwrap())
}

fn serve((path, answers): (&String, &Value), dir: &TempDir) -> Option<Server> {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let Value::Object(answers) = answers else {
        stale_socket(&path);
        return None;
    };
    let answers = answers
        .iter()
        .map(|(target, body)| (target.as_str(), Reply::json(&body.to_string())));
    Some(Server::at(&path, answers))
}

fn compare(faults: &mut String, what: &str, expected: &str, actual: &str) {
    if expected != actual {
        let _ = write!(faults, "    {what}:\n{}", diff(expected, actual));
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
