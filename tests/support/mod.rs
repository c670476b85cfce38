//! What the tests share: the built binary, scripted servers, a private engine, cases kept as data.

pub mod cases;
pub mod daemon;
pub mod diff;
pub mod dq;
pub mod engine;
pub mod grid;
pub mod held;
pub mod markdown;
pub mod programs;
pub mod pty;
pub mod server;
pub mod temp;
pub mod terminal;

use std::net::TcpListener;
use std::time::{Duration, Instant};

/// Repeats the question until it has an answer; fails the test if there is none in time.
pub fn wait_for<T>(what: &str, limit: Duration, ask: impl FnMut() -> Option<T>) -> T {
    try_wait(limit, ask).unwrap_or_else(|| panic!("{what}: not within {limit:?}"))
}

/// Repeats the question until it has an answer; `None` if there is none in time.
pub fn try_wait<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        let answer = ask();
        if answer.is_some() || Instant::now() >= end {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether leaving out a test is a failure: in CI, or if `DQ_TEST_ENGINE=required`.
pub fn is_leaving_out_forbidden() -> bool {
    let is = |name, value| std::env::var(name).is_ok_and(|it| it == value);
    is("CI", "true") || is("DQ_TEST_ENGINE", "required")
}

/// Reports that this test does not run, on the real standard error: the harness captures only `eprintln!`. Fails the
/// test where leaving out is forbidden.
pub fn leave_out(why: &str) {
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    assert!(
        !is_leaving_out_forbidden(),
        "{test} cannot be left out: {why}"
    );
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("left out: {test}: {why}\n").as_bytes(),
    );
}

/// A port of 127.0.0.1 that is free at the moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
