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

use std::fs;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
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

/// A port of 127.0.0.1 that nothing listens on, and that no other test is given. It lies below the ephemeral ports: one
/// of those may be gone before the server is up, as every connection and every listener on port 0 takes one.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let ephemeral: u16 = range.split_whitespace().next().unwrap().parse().unwrap();
    let first = 10_000;
    let count = ephemeral
        .checked_sub(first)
        .expect("no ports below the ephemeral ones");
    // Test programs that run at once begin at different ports.
    let start = std::process::id().wrapping_mul(1_009);
    let next = || {
        let given = u32::from(GIVEN.fetch_add(1, Ordering::Relaxed));
        first + (start.wrapping_add(given) % u32::from(count)) as u16
    };
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(next)
        .take(count.into())
        .find(is_free)
        .expect("no port is free")
}
