//! What the tests stand on: the built binary, scripted servers, a private engine, cases kept as data.

pub mod cases;
pub mod daemon;
pub mod diff;
pub mod dq;
pub mod engine;
pub mod held;
pub mod server;
pub mod temp;
pub mod terminal;

use std::net::TcpListener;
use std::time::{Duration, Instant};

/// Asks again and again until the answer is there; fails when it does not come in time.
pub fn wait_for<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether leaving out a test is a failure: in CI, or where it is asked for.
pub fn nothing_may_be_left_out() -> bool {
    let is = |name, value| std::env::var(name).is_ok_and(|it| it == value);
    is("CI", "true") || is("DQ_TEST_ENGINE", "required")
}

/// Says on the real standard error (the harness captures only `eprintln!`) that this test does not run.
pub fn leave_out(why: &str) {
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    assert!(
        !nothing_may_be_left_out(),
        "{test} cannot be left out: {why}"
    );
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("left out: {test}: {why}\n").as_bytes(),
    );
}

/// A port of 127.0.0.1 that nobody has at the moment.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
