//! Scripted servers: what dq makes of broken, endless, slow and contradictory answers, within time and memory.
//!
//! `tests/scripted.json` is an array of objects:
//!
//! | field | |
//! |---|---|
//! | `name` | what the case shows |
//! | `head` | the lines of the head in front of the pieces, without line ends; left out: none |
//! | `pieces` | what the server sends: text, or `[text, times]` to repeat it; `times` of -1 repeats it without end |
//! | `pause` | milliseconds before each piece, and before each repetition |
//! | `end` | `close` (also if left out), `reset`, or `hold`: the connection stays open |
//! | `args` | the words after `dq`; left out: `-c /x` |
//! | `code`, `stdout`, `stderr`, `stderr_has` | as in `tests/cases`; without `stdout` it is not compared |
//! | `seconds` | the longest time; left out: 5 |
//! | `megabytes` | the most memory, resident; left out: 100 |

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::support::dq::{BINARY, clean};
use crate::support::temp::TempDir;

/// What a server sends.
#[derive(Clone)]
struct Script {
    /// Bytes, and how often; `None` is without end.
    pieces: Vec<(Vec<u8>, Option<usize>)>,
    pause: Duration,
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Close,
    Reset,
    Hold,
}

impl Script {
    fn of(bytes: &[u8], end: End) -> Self {
        Self {
            pieces: vec![(bytes.to_vec(), Some(1))],
            pause: Duration::ZERO,
            end,
        }
    }

    fn from_case(case: &Map<String, Value>) -> Self {
        let mut pieces = Vec::new();
        if let Some(lines) = case.get("head").and_then(Value::as_array) {
            let lines = lines
                .iter()
                .map(|line| format!("{}\r\n", line.as_str().unwrap()));
            pieces.push((format!("{}\r\n", lines.collect::<String>()).into(), Some(1)));
        }
        for piece in case["pieces"].as_array().unwrap() {
            pieces.push(match piece {
                Value::String(text) => (text.clone().into(), Some(1)),
                piece => {
                    let times = usize::try_from(piece[1].as_i64().unwrap()).ok();
                    (piece[0].as_str().unwrap().into(), times)
                }
            });
        }
        Self {
            pieces,
            pause: Duration::from_millis(case.get("pause").and_then(Value::as_u64).unwrap_or(0)),
            end: match case.get("end").and_then(Value::as_str) {
                Some("reset") => End::Reset,
                Some("hold") => End::Hold,
                _ => End::Close,
            },
        }
    }

    /// Answers one request. An error means that dq has gone.
    fn serve(&self, mut stream: &UnixStream) -> std::io::Result<()> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? > 0 {
            // A reset of a UNIX socket is a close with unread bytes.
            if self.end == End::Reset && head.len() > 3 {
                break;
            }
            head.push(byte[0]);
        }
        for (bytes, times) in &self.pieces {
            let is_paused = !self.pause.is_zero();
            // Short pieces are sent many at once.
            let at_once = if is_paused {
                1
            } else {
                (65536 / bytes.len().max(1)).max(1)
            };
            let mut left = *times;
            while left != Some(0) {
                thread::sleep(self.pause);
                let now = left.map_or(at_once, |left| left.min(at_once));
                stream.write_all(&bytes.repeat(now))?;
                left = left.map(|left| left - now);
            }
        }
        match self.end {
            End::Hold => drop(stream.read_to_end(&mut Vec::new())),
            End::Close => stream.shutdown(Shutdown::Both)?,
            End::Reset => {}
        }
        Ok(())
    }
}

/// A server that answers every connection by the script, until it is dropped.
struct Server<'d> {
    socket: &'d Path,
    stop: Arc<AtomicBool>,
}

impl<'d> Server<'d> {
    fn start(socket: &'d Path, script: Script) -> Self {
        let listener = UnixListener::bind(socket).unwrap();
        let stop = Arc::<AtomicBool>::default();
        let stopped = stop.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let script = script.clone();
                thread::spawn(move || script.serve(&stream));
            }
        });
        Self { socket, stop }
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = UnixStream::connect(self.socket);
    }
}

/// What came of a run.
struct Outcome {
    code: Option<i32>,
    stdout: Vec<u8>,
    stderr: String,
    /// The most memory that was seen, in MB.
    megabytes: u64,
}

/// Runs dq against a script. `None` if it exceeds the time or the memory by far.
fn outcome(script: Script, args: &[&str], limit: Duration) -> Outcome {
    let dir = TempDir::new();
    let socket = dir.join("s");
    let _server = Server::start(&socket, script);
    let mut command = Command::new(BINARY);
    clean(&mut command, dir.path());
    let mut child = command
        .args(args)
        .current_dir(dir.path())
        .env("DOCKER_HOST", format!("unix://{}", socket.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = gather(child.stdout.take().unwrap());
    let stderr = gather(child.stderr.take().unwrap());
    let (code, megabytes) = finish(&mut child, limit);
    Outcome {
        code,
        stdout: stdout.join().unwrap(),
        stderr: String::from_utf8_lossy(&stderr.join().unwrap()).into_owned(),
        megabytes,
    }
}

/// Reads to the end and keeps the first bytes.
fn gather(mut from: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.by_ref().take(1 << 20).read_to_end(&mut bytes);
        let _ = std::io::copy(&mut from, &mut std::io::sink());
        bytes
    })
}

/// The exit code within the limit, and the peak of the resident memory.
fn finish(child: &mut Child, limit: Duration) -> (Option<i32>, u64) {
    let end = Instant::now() + limit;
    let mut peak = 0;
    loop {
        peak = peak.max(peak_megabytes(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            return (status.code(), peak);
        }
        if Instant::now() > end || peak > 2000 {
            let _ = child.kill();
            let _ = child.wait();
            return (None, peak);
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// `VmHWM` of proc_pid_status(5); 0 where there is no /proc.
fn peak_megabytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|it| it.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1000
}

/// What is wrong with a case, if anything is.
fn report(case: &Map<String, Value>) -> Option<String> {
    let known = [
        "name",
        "head",
        "pieces",
        "pause",
        "end",
        "args",
        "code",
        "stdout",
        "stderr_has",
        "stderr",
        "seconds",
        "megabytes",
    ];
    let mut faults = String::new();
    for field in case.keys().filter(|field| !known.contains(&field.as_str())) {
        let _ = writeln!(faults, "    no such field: {field}");
    }
    let default = json!(["-c", "/x"]);
    let args = case.get("args").unwrap_or(&default).as_array().unwrap();
    let args: Vec<&str> = args.iter().map(|arg| arg.as_str().unwrap()).collect();
    let number = |field: &str| case.get(field).and_then(Value::as_u64);
    // The tests of a slow machine get more time, but not without end.
    let limit = Duration::from_secs(4 * number("seconds").unwrap_or(5));
    let found = outcome(Script::from_case(case), &args, limit);
    let code = number("code").unwrap_or(0);
    if found.code.map(i64::from) != i64::try_from(code).ok() {
        let _ = writeln!(faults, "    exit code {:?}, not {code}", found.code);
    }
    let stdout = String::from_utf8_lossy(&found.stdout);
    if let Some(expected) = case.get("stdout").and_then(Value::as_str)
        && stdout != expected
    {
        let _ = writeln!(faults, "    stdout {stdout:?}, not {expected:?}");
    }
    let said = case.get("stderr_has").and_then(Value::as_str);
    let exact = case
        .get("stderr")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let is_said = said.map_or(found.stderr == exact, |said| found.stderr.contains(said));
    if !is_said || found.stderr.contains("panicked") {
        let _ = writeln!(
            faults,
            "    stderr {:?}, not {:?}",
            found.stderr,
            said.unwrap_or(exact)
        );
    }
    if found.megabytes > number("megabytes").unwrap_or(100) {
        let _ = writeln!(faults, "    {} MB", found.megabytes);
    }
    (!faults.is_empty()).then(|| format!("\n  {}\n{faults}", case["name"].as_str().unwrap()))
}

#[test]
fn scripted_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripted.json");
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Map<String, Value>> = serde_json::from_str(&text).unwrap();
    let reports: Vec<String> = cases.iter().filter_map(report).collect();
    assert!(
        reports.is_empty(),
        "{} failing{}",
        reports.len(),
        reports.concat()
    );
}

/// Whole answers, with what dq prints of them. Every part of them is sent alone.
const ANSWERS: [(&str, &str); 4] = [
    (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n[1,2]\n{\"a\":1}\n",
        "[1,2]\n{\"a\":1}\n",
    ),
    (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n\
         6\r\n[1,2]\n\r\n8\r\n{\"a\":1}\n\r\n0\r\nX-Trailer: a\r\nY: b\r\n\r\n",
        "[1,2]\n{\"a\":1}\n",
    ),
    (
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
         X-Folded: a\r\n b\r\nTransfer-Encoding: identity,  Chunked\r\n\r\n3\r\n1\n2\r\n1\r\n\n\r\n0\r\n\r\n",
        "1\n2\n",
    ),
    (
        "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"message\":\"no\"}",
        "",
    ),
];

/// Runs all cases on a few threads and returns what went wrong.
fn in_parallel(
    cases: Vec<(String, Script)>,
    check: fn(&str, &Outcome) -> Option<String>,
) -> Vec<String> {
    let cases = std::sync::Mutex::new(cases.into_iter());
    let faults = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = cases.lock().unwrap().next();
                    let Some((name, script)) = next else { break };
                    let found = outcome(script, &["-c", "/x"], Duration::from_secs(20));
                    if let Some(fault) = check(&name, &found) {
                        faults
                            .lock()
                            .unwrap()
                            .push(format!("\n  {name:?}: {fault}"));
                    }
                }
            });
        }
    });
    faults.into_inner().unwrap()
}

/// A part of an answer is never a success, and what it holds of the outputs is a prefix of them.
fn check_part(part: &str, found: &Outcome) -> Option<String> {
    let (whole, outputs) = ANSWERS.iter().find(|(whole, _)| whole.starts_with(part))?;
    let stdout = String::from_utf8_lossy(&found.stdout).into_owned();
    let is_error =
        matches!(found.code, Some(52 | 56)) || (whole.contains(" 404 ") && found.code == Some(22));
    let line = found.stderr.lines().next().unwrap_or_default();
    let is_told = line.starts_with("dq: fetch: ") && !found.stderr.contains("panicked");
    let is_right = is_error && is_told && outputs.starts_with(&stdout) && found.megabytes < 100;
    (!is_right).then(|| {
        format!(
            "{:?} {stdout:?} {:?} {} MB",
            found.code, found.stderr, found.megabytes
        )
    })
}

/// Every part of an answer, cut at each byte.
fn parts(end: End) -> Vec<(String, Script)> {
    let cut = |(whole, _): &(&str, &str)| {
        let whole = (*whole).to_owned();
        let places = 0..whole.len();
        places.map(move |at| {
            (
                whole[..at].to_owned(),
                Script::of(&whole.as_bytes()[..at], end),
            )
        })
    };
    ANSWERS.iter().flat_map(cut).collect()
}

#[test]
fn an_answer_cut_at_any_byte_is_no_success() {
    let cases = parts(End::Close);
    assert!(cases.len() > 400, "{}", cases.len());
    let faults = in_parallel(cases, check_part);
    assert!(
        faults.is_empty(),
        "{} failing{}",
        faults.len(),
        faults.concat()
    );
}

#[test]
fn a_connection_reset_at_any_byte_is_no_success() {
    let faults = in_parallel(parts(End::Reset), check_part);
    assert!(
        faults.is_empty(),
        "{} failing{}",
        faults.len(),
        faults.concat()
    );
}

#[test]
fn whole_answers_are_read() {
    for (whole, outputs) in ANSWERS {
        let script = Script {
            pieces: whole.bytes().map(|byte| (vec![byte], Some(1))).collect(),
            ..Script::of(b"", End::Hold)
        };
        let found = outcome(script, &["-c", "/x"], Duration::from_secs(20));
        assert_eq!(
            String::from_utf8_lossy(&found.stdout),
            outputs,
            "{}",
            found.stderr
        );
        let code = if outputs.is_empty() { 22 } else { 0 };
        assert_eq!(found.code, Some(code), "{}", found.stderr);
    }
}

/// Lines of a head that say how long the body is, or seem to.
const FRAMINGS: [&str; 16] = [
    "",
    "Content-Length: 6\r\n",
    "Content-Length: 0\r\n",
    "Content-Length: 3\r\n",
    "Content-Length: 99\r\n",
    "Content-Length: 6, 6\r\n",
    "Content-Length: +6\r\n",
    "Content-Length: 0x6\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Content-Length : 6\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: identity\r\n",
    "Transfer-Encoding: chunked, chunked\r\n",
    "Transfer-Encoding: xchunked\r\n",
    "Transfer-Encoding: gzip\r\n",
    "Content-Encoding: gzip\r\n",
];

/// A body of contradictory length is an error, or one of the readings: never a crash, a hang or a part that counts as
/// the whole.
fn check_framing(_: &str, found: &Outcome) -> Option<String> {
    let stdout = String::from_utf8_lossy(&found.stdout).into_owned();
    let is_success = found.code == Some(0);
    let is_reading = ["", "6\n", "[1,2]\n", "6\n[1,2]\n0\n"].contains(&&*stdout);
    let lines = found.stderr.lines().collect::<Vec<_>>();
    let is_told = lines.first().is_some_and(|line| line.starts_with("dq: "))
        && lines[1..].iter().all(|line| line.starts_with("hint: "));
    let is_error = matches!(found.code, Some(1..=99)) && is_told;
    let is_right = (is_success && is_reading || is_error) && found.megabytes < 100;
    (!is_right).then(|| format!("{:?} {stdout:?} {:?}", found.code, found.stderr))
}

#[test]
fn contradictions_about_the_length_are_errors_or_one_reading() {
    let bodies = ["[1,2]\n", "6\r\n[1,2]\n\r\n0\r\n\r\n"];
    let mut cases = Vec::new();
    for (first, second) in FRAMINGS.iter().flat_map(|a| FRAMINGS.map(|b| (a, b))) {
        for body in bodies {
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{first}{second}\r\n{body}"
            );
            let script = Script::of(answer.as_bytes(), End::Close);
            cases.push((answer, script));
        }
    }
    assert_eq!(cases.len(), 512);
    let faults = in_parallel(cases, check_framing);
    assert!(
        faults.is_empty(),
        "{} failing{}",
        faults.len(),
        faults.concat()
    );
}
