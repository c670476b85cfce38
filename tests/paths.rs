//! `--paths` on inputs that do not end or are long: Ctrl-C shows what was seen, and memory stays constant.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::dq::{BINARY, clean, with_default_signals};
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;
use crate::support::wait_for;

/// dq with these arguments, its streams as pipes.
fn start(mut command: Command, args: &[&str], home: &TempDir, host: &str) -> Child {
    clean(&mut command, home.path());
    command.args(args).env("DOCKER_HOST", host);
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    pipes.stderr(Stdio::piped()).spawn().unwrap()
}

/// Outputs an input, then writes a line to stderr.
const SEEN: &str = "., (debug(\"seen\") | empty)";

/// Interrupts dq once its filter has written a line to stderr; gives what it then writes to stdout.
fn interrupted(child: &mut Child) -> (String, Option<i32>) {
    let mut line = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut line).unwrap();
    assert_eq!(line, "[\"DEBUG:\",\"seen\"]\n");
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
    let mut table = String::new();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_to_string(&mut table).unwrap();
    line.clear();
    stderr.read_to_string(&mut line).unwrap();
    assert_eq!(line, "");
    (table, child.wait().unwrap().code())
}

const TABLE: &str = "PATH   TYPE     EXAMPLE   COUNT\n.      object             1\n.a     number   1         1 of 1\n";

#[test]
fn an_interrupted_stream_shows_the_paths_so_far() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\n";
    let server = Server::new([("/events", Reply::Held(head))]);
    let home = TempDir::new();
    let args = ["--paths", "/events", SEEN];
    let dq = with_default_signals(BINARY);
    let mut child = start(dq, &args, &home, &server.host());
    assert_eq!(interrupted(&mut child), (TABLE.to_owned(), Some(130)));
}

#[test]
fn interrupted_standard_input_shows_the_paths_so_far() {
    let home = TempDir::new();
    let args = ["--paths", SEEN];
    let mut child = start(with_default_signals(BINARY), &args, &home, "");
    // The pipe stays open.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"a\":1}\n").unwrap();
    assert_eq!(interrupted(&mut child), (TABLE.to_owned(), Some(130)));
}

#[test]
fn an_interrupted_filter_and_a_lost_engine_show_the_paths_so_far() {
    let home = TempDir::new();
    let filter = format!("\"seen\" | {SEEN}, range(infinite)");
    let args = ["--paths", "-n", "-o", "tsv", &filter];
    let mut child = start(with_default_signals(BINARY), &args, &home, "");
    let (table, code) = interrupted(&mut child);
    assert!(table.contains("\n.\tstring"), "{table}");
    assert_eq!(code, Some(130));
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\n";
    let server = Server::new([("/events", Reply::Raw(head.into()))]);
    let args = ["--paths", "--reconnect", "/events"];
    let mut child = start(with_default_signals(BINARY), &args, &home, &server.host());
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("lost the connection"), "{line}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut table = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut table)
        .unwrap();
    assert!(
        table.starts_with("PATH   TYPE     EXAMPLE   COUNT\n"),
        "{table}"
    );
}

#[test]
fn there_is_nothing_to_show_before_the_first_output() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    let server = Server::new([("/events", Reply::Held(head))]);
    let home = TempDir::new();
    let dq = with_default_signals(BINARY);
    let mut child = start(dq, &["--paths", "/events"], &home, &server.host());
    wait_for("the request", Duration::from_secs(20), || {
        (!server.asked().is_empty()).then_some(())
    });
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}

/// `VmHWM` of proc_pid_status(5), in kB; 0 where there is no /proc.
fn peak_memory(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|it| it.parse().ok()).unwrap_or_default()
}

#[test]
fn memory_does_not_grow_with_a_long_array() {
    let home = TempDir::new();
    let mut child = start(Command::new(BINARY), &["--paths", "-o", "tsv"], &home, "");
    let mut stdin = child.stdin.take().unwrap();
    let element = |at: usize| {
        let text = "x".repeat(1000);
        format!("{{\"id\":\"{at}\",\"labels\":{{\"key-{at}\":\"{text}\"}}}}")
    };
    stdin.write_all(b"[").unwrap();
    for at in 0..30_000 {
        stdin.write_all((element(at) + ",").as_bytes()).unwrap();
    }
    stdin.write_all(element(7).as_bytes()).unwrap();
    // 30 MB were read, but for what is in the pipe.
    let peak = peak_memory(&child);
    stdin.write_all(b"]").unwrap();
    drop(stdin);
    let mut table = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut table)
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(peak < 24_000, "{peak} kB");
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 6, "{table}");
    assert!(lines[5].starts_with(".[].labels[]\tstring\txxx"), "{table}");
    assert!(lines[5].ends_with("…\t30001\t"), "{table}");
}
