//! Time limits hold whatever is slow: a proxy, a handshake, a credential helper, standard input.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::dq::{BINARY, clean, dq};
use crate::support::temp::TempDir;

/// A server that sends these bytes to each client, and then a byte at a time without end; its address.
fn dripping(start: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(start);
                while stream.write_all(b"a").is_ok() {
                    thread::sleep(Duration::from_millis(50));
                }
            });
        }
    });
    address
}

/// Fails unless the run took less than this: far more than the time limit of 1 s, and far less than the server takes.
#[track_caller]
fn is_short(start: Instant) {
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_proxy_that_drips_its_answer_does_not_outlive_the_limit() {
    let proxy = dripping(b"HTTP/1.1 200 OK\r\nX: ");
    for limit in ["--connect-timeout", "--max-time"] {
        let start = Instant::now();
        dq([limit, "1", "https://example.invalid/"])
            .env("HTTPS_PROXY", &proxy)
            .run()
            .fails(28, &["dq: fetch: timed out waiting for the proxy "]);
        is_short(start);
    }
}

#[test]
fn a_handshake_that_drips_does_not_outlive_the_limit() {
    // The head of a TLS record of 16 KiB.
    let server = dripping(b"\x16\x03\x03\x40\x00");
    for limit in ["--connect-timeout", "--max-time"] {
        let start = Instant::now();
        dq(["-k", limit, "1", &format!("https://{server}/")])
            .run()
            .fails(28, &["dq: fetch: timed out "]);
        is_short(start);
    }
}

/// A directory with a credential helper, and the configuration that names it.
fn helper(script: &str) -> TempDir {
    let dir = TempDir::new();
    let path = dir.write(
        "bin/docker-credential-odd",
        format!("#!/bin/sh\n{script}\n"),
    );
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(path, executable).unwrap();
    dir.write(".docker/config.json", r#"{"credsStore": "odd"}"#);
    dir
}

fn pull(dir: &TempDir) -> crate::support::dq::Dq {
    let path = std::env::var("PATH").unwrap();
    let pull = [
        "-X",
        "POST",
        "/images/create?fromImage=x",
        "--registry-auth",
    ];
    dq(["-m", "1"].iter().chain(&pull))
        .env("HOME", dir.path())
        .env("DOCKER_HOST", "unix:///nowhere")
        .env("PATH", format!("{}:{path}", dir.join("bin").display()))
}

#[test]
fn a_credential_helper_is_limited_in_time_and_output() {
    let start = Instant::now();
    pull(&helper("exec sleep 60")).run().fails(
        28,
        &["timed out waiting for the credential helper docker-credential-odd\n"],
    );
    // A process that the helper leaves behind keeps its output open.
    pull(&helper("sleep 20 2>/dev/null"))
        .run()
        .fails(28, &["timed out waiting for the credential helper"]);
    pull(&helper("sleep 20 2>/dev/null & echo '{}'"))
        .run()
        .fails(28, &["timed out waiting for the credential helper"]);
    // One that has closed its output goes on.
    for script in ["exec sleep 60 >&-", "echo '{}'; exec sleep 60 >&-"] {
        pull(&helper(script))
            .run()
            .fails(28, &["timed out waiting for the credential helper"]);
    }
    pull(&helper("exec yes")).run().fails(
        2,
        &["the credential helper docker-credential-odd failed: it printed more than 1 MiB\n"],
    );
    pull(&helper("exit 3")).run().fails(2, &["exit status: 3"]);
    pull(&helper("echo {}")).run().fails(7, &["/nowhere"]);
    is_short(start);
}

/// The limit is for the source and the requests of the filter together: what the source has taken, they have not.
#[test]
fn requests_of_the_filter_get_what_the_source_has_left_of_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let accept = || listener.accept().unwrap().0;
        let mut source = accept();
        let _ = source.read(&mut [0; 4096]);
        thread::sleep(Duration::from_secs(3));
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
        let _ = write!(source, "{head}Content-Length: 1\r\n\r\n1");
        drop(source);
        // Never answered.
        let mut fetched = accept();
        let start = Instant::now();
        while fetched.read(&mut [0; 4096]).is_ok_and(|length| length > 0) {}
        start.elapsed()
    });
    let run = dq(["--max-time", "10", &url, "fetch(\"/never\")"]).run();
    run.fails(28, &["dq: fetch: timed out after 10 s: fetch /never"]);
    let taken = server.join().unwrap();
    assert!(taken < Duration::from_secs(9), "{taken:?}");
}

#[test]
fn a_silent_standard_input_does_not_outlive_the_limit() {
    let dir = TempDir::new();
    let _server = crate::support::server::Server::at(&dir.join("s"), []);
    // Nothing at all, and more than is read before the request is sent.
    for start_of_body in [0, 200_000] {
        let start = Instant::now();
        let mut child = body_from_pipe(dir.path());
        let mut input = child.stdin.take().unwrap();
        let _ = input.write_all(&vec![b'x'; start_of_body]);
        let output = child.wait_with_output().unwrap();
        drop(input);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(28), "{stderr}");
        assert!(
            stderr.contains("timed out reading the body of the request"),
            "{stderr}"
        );
        is_short(start);
    }
}

fn body_from_pipe(dir: &Path) -> std::process::Child {
    let mut command = Command::new(BINARY);
    clean(&mut command, dir);
    command
        .args(["-m", "1", "-X", "POST", "-d", "@-", "/x"])
        .env("DOCKER_HOST", format!("unix://{}", dir.join("s").display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn named_pipe(dir: &TempDir) -> PathBuf {
    let pipe = dir.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    pipe
}

/// Without a writer, and with one that is silent.
#[test]
fn a_named_pipe_does_not_outlive_the_limit() {
    let dir = TempDir::new();
    let server = crate::support::server::Server::new([]);
    let pipe = named_pipe(&dir);
    let body = format!("@{}", pipe.display());
    for has_writer in [false, true] {
        let _writer = has_writer.then(|| {
            let mut both = std::fs::OpenOptions::new();
            both.read(true).write(true).open(&pipe).unwrap()
        });
        let start = Instant::now();
        dq(["-m", "1", "-X", "POST", "/x", "-d", &body])
            .env("DOCKER_HOST", server.host())
            .run()
            .fails(28, &["timed out reading the body of the request"]);
        is_short(start);
    }
}

/// Whatever the command line names as a file is read before the request is sent.
#[test]
fn the_files_of_a_command_line_do_not_outlive_the_limit() {
    let dir = TempDir::new();
    let server = crate::support::server::Server::new([]);
    let pipe = named_pipe(&dir);
    let pipe = pipe.to_str().unwrap();
    let (field, header, endless) = (format!("a=@{pipe}"), format!("@{pipe}"), "a=@/dev/zero");
    let options: [&[&str]; 6] = [
        &["-F", &field],
        &["-H", &header],
        &["--rawfile", "a", pipe],
        &["--slurpfile", "a", pipe],
        &["-f", pipe],
        &["-F", endless],
    ];
    for words in options {
        let start = Instant::now();
        dq([&["-m", "1", "/x"], words].concat())
            .env("DOCKER_HOST", server.host())
            .run()
            .fails(28, &["timed out reading the files of the command line"]);
        is_short(start);
    }
}

/// What `fetch` has kept is no way around the limit.
#[test]
fn a_filter_that_fetches_for_ever_does_not_outlive_the_limit() {
    use crate::support::server::{Reply, Server};
    let server = Server::new([("/x", Reply::json("1"))]);
    let start = Instant::now();
    let run = dq(["-m", "1", "-n", "/x", "last(fetch(repeat(\"/x\")))"])
        .env("DOCKER_HOST", server.host())
        .run();
    run.fails(28, &["timed out after 1 s"]);
    is_short(start);
}

/// A writer that comes later is waited for, as long as there is time.
#[test]
fn the_writer_of_a_named_pipe_may_come_later() {
    use crate::support::server::{Reply, Server};
    let dir = TempDir::new();
    let server = Server::new([("/x", Reply::json("1"))]);
    let pipe = named_pipe(&dir);
    let writer = {
        let pipe = pipe.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(500));
            std::fs::write(pipe, vec![b'x'; 300_000]).unwrap();
        })
    };
    let body = format!("@{}", pipe.display());
    dq(["-X", "POST", "/x", "-d", &body])
        .env("DOCKER_HOST", server.host())
        .run()
        .is("1\n");
    writer.join().unwrap();
}
