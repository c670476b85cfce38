//! `--reconnect`: streams that go on after their connection was lost.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::dq::{Dq, Output, dq};
use crate::support::engine::{Engine, scratch};
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

/// What the connections of a [`Breaking`] engine carry.
#[derive(Clone, Copy)]
enum Kind {
    Events,
    Frames,
    Terminal,
}

/// How many items there are, ten seconds apart.
const COUNT: u64 = 60;

impl Kind {
    fn item(self, number: u64) -> Vec<u8> {
        let seconds = number * 10;
        let time = format!(
            "2026-11-28T00:{:02}:{:02}.000000005Z",
            seconds / 60,
            seconds % 60
        );
        match self {
            Self::Events => format!(
                "{{\"Type\":\"container\",\"Action\":\"die\",\"Actor\":{{\"ID\":\"{number}\"}},\"timeNano\":{}}}\n",
                nanoseconds(number)
            )
            .into(),
            Self::Frames => {
                let text = format!("{time} {number}\n");
                let mut frame = vec![1, 0, 0, 0, 0, 0, 0, text.len() as u8];
                frame.extend_from_slice(text.as_bytes());
                frame
            }
            Self::Terminal => format!("{time} {number}\r\n").into(),
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Events => "application/json",
            Self::Frames => "application/vnd.docker.multiplexed-stream",
            Self::Terminal => "application/vnd.docker.raw-stream",
        }
    }
}

/// The time of an item in nanoseconds since 1970.
fn nanoseconds(number: u64) -> u64 {
    (1_795_824_000 + number * 10) * 1_000_000_000 + 5
}

/// An engine each of whose connections breaks: behind one new item and some bytes of the next one.
struct Breaking {
    dir: TempDir,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Breaking {
    fn new(kind: Kind) -> Self {
        let dir = TempDir::new();
        let listener = UnixListener::bind(dir.join("s")).unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let record = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let target = target(&stream);
                let mut asked = record.lock().unwrap();
                // A client that has gone is no failure of the engine's.
                let _ = serve(&stream, kind, &target, asked.len());
                asked.push(target);
            }
        });
        Self { dir, asked }
    }

    fn dq(&self, args: &[&str]) -> Dq {
        let host = format!("unix://{}", self.dir.join("s").display());
        dq([&["--reconnect"], args].concat()).env("DOCKER_HOST", host)
    }
}

fn target(stream: &UnixStream) -> String {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.find(String::is_empty);
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn serve(
    mut stream: &UnixStream,
    kind: Kind,
    target: &str,
    connection: usize,
) -> std::io::Result<()> {
    if target.contains("/json") {
        let body = "{\"State\":{\"Running\":false}}";
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        return stream.write_all(format!("{head}{body}").as_bytes());
    }
    let since = target
        .split(['?', '&'])
        .find_map(|it| it.strip_prefix("since="));
    let since: u64 = since.map_or(0, |it| it.replace('.', "").parse().unwrap());
    let items: Vec<_> = (0..COUNT).filter(|it| nanoseconds(*it) >= since).collect();
    let complete = items.len().min(1 + usize::from(since > 0));
    let head = format!(
        "HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Type: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        kind.content_type()
    );
    stream.write_all(head.as_bytes())?;
    let chunk = |number: &u64| {
        let item = kind.item(*number);
        [format!("{:x}\r\n", item.len()).as_bytes(), &item, b"\r\n"].concat()
    };
    let chunks = |items: &[u64]| items.iter().map(chunk).collect::<Vec<_>>().concat();
    stream.write_all(&chunks(&items[..complete]))?;
    let rest = chunks(&items[complete..]);
    match rest.get(..connection) {
        Some(cut) => stream.write_all(cut),
        None => stream.write_all(&[&rest, &b"0\r\n\r\n"[..]].concat()),
    }
}

/// Every number once, in order.
fn numbers() -> String {
    (0..COUNT).map(|number| format!("{number}\n")).collect()
}

const AGAIN: &str = "dq: fetch: connected again after 0 s";

/// Whether stderr says of each loss and of its end in the same words.
fn check_notices(output: &Output, host: &str) {
    let lost = format!("dq: fetch: lost the connection to {host}; waiting for it");
    let expected = [&lost, AGAIN].into_iter().cycle().map(str::to_owned);
    let lines: Vec<_> = output.stderr.lines().map(str::to_owned).collect();
    assert_eq!(lines.len() % 2, 0);
    assert!(lines.len() >= 40, "{}", output.stderr);
    assert_eq!(lines, expected.take(lines.len()).collect::<Vec<_>>());
}

#[test]
fn nothing_is_lost_or_doubled_wherever_the_connection_breaks() {
    let follow = "/containers/x/logs?stdout=1&follow=1";
    let cases = [
        (Kind::Events, "/events?until=1795824595", Some(".Actor.ID")),
        (Kind::Frames, follow, None),
        (Kind::Frames, follow, Some(".line")),
        (Kind::Terminal, follow, Some(".line")),
    ];
    for (kind, path, filter) in cases {
        let engine = Breaking::new(kind);
        let args: Vec<_> = [path, "-r"].into_iter().chain(filter).collect();
        let args = if filter.is_some() { &args[..] } else { &[path] };
        // An event stream has an end only in time, which the answers do not tell here.
        let args = [
            args,
            if matches!(kind, Kind::Events) {
                &["-m", "4"]
            } else {
                &[]
            },
        ]
        .concat();
        let output = engine.dq(&args).run();
        assert_eq!(output.text(), numbers(), "{path} {filter:?}");
        let host = format!("unix://{}", engine.dir.join("s").display());
        if matches!(kind, Kind::Events) {
            assert_eq!(output.code, 28);
        } else {
            assert_eq!(output.code, 0);
            check_notices(&output, &host);
            let asked = engine.asked.lock().unwrap();
            assert_eq!(asked[0], format!("{follow}&timestamps=1"));
            assert_eq!(
                asked[1],
                format!("{follow}&timestamps=1&since=1795824000.000000005")
            );
            assert!(asked.last().unwrap().ends_with("/containers/x/json"));
        }
    }
}

#[test]
fn several_streams_survive() {
    let engine = Breaking::new(Kind::Frames);
    let words = ["logs", "a", "b", "-q", "follow=1", "-r", ".name + .line"];
    let output = engine.dq(&words).run();
    assert_eq!(output.code, 0, "{}", output.stderr);
    for name in ["a", "b"] {
        let lines = output.text().lines();
        let lines: Vec<_> = lines.filter_map(|it| it.strip_prefix(name)).collect();
        assert_eq!(lines.join("\n") + "\n", numbers());
        let lost = format!("dq: fetch: {name}: lost the connection to unix://");
        assert!(output.stderr.contains(&lost), "{}", output.stderr);
    }
}

#[test]
fn what_is_no_log_ends_it() {
    let bad = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n\r\nabcdefghijkl";
    let path = "/containers/x/logs?follow=1";
    let server = Server::new([("/containers", Reply::Raw(bad.into()))]);
    let output = dq(["--reconnect", path])
        .env("DOCKER_HOST", server.host())
        .run();
    let message = "dq: fetch: the log stream holds something that is not a frame\n";
    output.fails(56, &[message]);
    let other = Reply::status(
        "200 OK",
        "Content-Type: text/event-stream\r\n",
        "data: x\n\n",
    );
    let server = Server::new([("/events", other)]);
    let output = dq(["--reconnect", "/events"])
        .env("DOCKER_HOST", server.host())
        .run();
    output.fails(
        2,
        &["dq: fetch: --reconnect reads the streams of a container engine"],
    );
}

#[test]
fn the_state_of_the_filter_survives() {
    let engine = Breaking::new(Kind::Frames);
    let sum = "reduce inputs as $it (0; . + ($it.line | tonumber))";
    let path = "/containers/x/logs?stdout=1&follow=1";
    let output = engine.dq(&["-n", path, sum]).run();
    assert_eq!(output.text(), format!("{}\n", COUNT * (COUNT - 1) / 2));
}

#[test]
fn times_are_kept_where_they_were_asked_for() {
    let engine = Breaking::new(Kind::Frames);
    let path = "/containers/x/logs?stdout=1&follow=1&timestamps=true";
    let output = engine.dq(&[path]).run();
    let lines: Vec<_> = output.text().lines().collect();
    assert_eq!(lines.len() as u64, COUNT);
    assert_eq!(lines[59], "2026-11-28T00:09:50.000000005Z 59");
}

#[test]
fn a_finite_answer_is_refused() {
    let cases: [(&[&str], &str); 4] = [
        (
            &["/version"],
            "hint: --retry N repeats a request that fails",
        ),
        (
            &["/containers/x/logs?stdout=1"],
            "hint: -q follow=1 follows it",
        ),
        (
            &["/containers/x/attach", "-X", "POST"],
            "hint: a followed log can",
        ),
        (&["logs", "x"], "hint: -q follow=1 follows it"),
    ];
    for (args, hint) in cases {
        let output = dq([args, &["--reconnect"]].concat()).run();
        let message = "dq: --reconnect is for events, followed logs and stats: ";
        output.fails(2, &[message, hint]);
    }
    let until = dq(["--reconnect", "--until", "/events"]).run();
    until.fails(2, &["dq: --until repeats the request"]);
}

/// An event, and then the end of the connection.
const ONE: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n{\"timeNano\":1000}\r\n";

#[test]
fn the_loss_of_a_stream_has_a_hint() {
    let hint = "hint: --reconnect waits for the host and goes on with the stream\n";
    for (path, has_hint) in [("/events", true), ("/version", false)] {
        let server = Server::new([(path, Reply::Raw(ONE.into()))]);
        let output = dq(["-c", path]).env("DOCKER_HOST", server.host()).run();
        assert_eq!((output.text(), output.code), ("{\"timeNano\":1000}\n", 56));
        assert_eq!(output.stderr.contains(hint), has_hint, "{}", output.stderr);
    }
}

#[test]
fn the_time_limit_is_for_the_whole_wait() {
    let server = Server::new([(
        "/events",
        Reply::turns([Reply::Raw(ONE.into()), Reply::empty()]),
    )]);
    let begun = Instant::now();
    let args = ["--reconnect", "-m", "1.5", "-c", "/events"];
    let output = dq(args).env("DOCKER_HOST", server.host()).run();
    assert_eq!((output.text(), output.code), ("{\"timeNano\":1000}\n", 28));
    assert!(output.stderr.contains("lost the connection to unix://"));
    let message = format!("dq: fetch: timed out waiting for {}\n", server.host());
    assert!(output.stderr.ends_with(&message), "{}", output.stderr);
    assert!(begun.elapsed() >= Duration::from_millis(1500));
}

#[test]
fn a_status_that_will_not_change_ends_the_wait() {
    let turns = [
        Reply::Raw(ONE.into()),
        Reply::message("503 Service Unavailable", "starting"),
        Reply::message("403 Forbidden", "no"),
    ];
    let server = Server::new([("/events", Reply::turns(turns))]);
    let output = dq(["--reconnect", "-c", "/events"]).env("DOCKER_HOST", server.host());
    let output = output.run();
    assert_eq!(output.code, 22);
    assert!(output.stderr.ends_with("dq: fetch: 403 Forbidden: no\n"));
    assert_eq!(server.asked()[1..], ["GET /events?since=0.000001000"; 2]);
}

#[test]
fn a_closed_pipe_ends_the_wait() {
    let server = Server::new([(
        "/events",
        Reply::turns([Reply::Raw(ONE.into()), Reply::empty()]),
    )]);
    let begun = Instant::now();
    let run = dq(["--reconnect", "-c", "/events"]).env("DOCKER_HOST", server.host());
    let output = run.until_first_line();
    assert_eq!((output.text(), output.code), ("{\"timeNano\":1000}\n", 0));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// Without it the third attempt would come seconds later.
#[test]
fn a_new_socket_is_noticed_at_once() {
    let dir = TempDir::new();
    let socket = dir.join("s");
    let first = Server::at(&socket, [("/events", Reply::Raw(ONE.into()))]);
    let run = dq(["--reconnect", "-c", "/events"]).env("DOCKER_HOST", first.host());
    let running = run.start();
    assert_eq!(running.line().1, "{\"timeNano\":1000}");
    drop(first);
    std::fs::remove_file(&socket).unwrap();
    thread::sleep(Duration::from_secs(5));
    let two = String::from_utf8(ONE.into())
        .unwrap()
        .replace("1000", "2000");
    let begun = Instant::now();
    let _second = Server::at(&socket, [("/events", Reply::Raw(two.into()))]);
    assert_eq!(running.line().1, "{\"timeNano\":2000}");
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn the_end_of_a_container_is_the_end_of_its_log() {
    let Some(engine) = scratch() else { return };
    engine.run("reconnect-end", &[], "echo one; sleep 1; echo two");
    let path = "/containers/reconnect-end/logs?stdout=1&follow=1";
    engine.dq(&["--reconnect", path]).run().is("one\ntwo\n");
    engine
        .dq(&["--reconnect", path, "-r", ".line"])
        .run()
        .is("one\ntwo\n");
}

/// With this option containers go on while the daemon is away.
const LIVE: &[&str] = &["--live-restore"];

#[test]
fn a_killed_daemon_is_waited_for() {
    let Some(engine) = Engine::private("reconnect", LIVE) else {
        return;
    };
    let count = "i=0; while [ $i -lt 1800 ]; do i=$((i+1)); echo $i; sleep 0.004; done";
    let events = r#"select(.Action == "die").Actor.Attributes.name"#;
    let events = engine.dq(&["--reconnect", "/events", "-r", events]).start();
    engine.run("plain", &[], count);
    engine.run("terminal", &["-t"], count);
    let paths =
        ["plain", "terminal"].map(|name| format!("/containers/{name}/logs?stdout=1&follow=1"));
    let runs = paths.each_ref().map(|path| {
        let run = engine.dq(&["--reconnect", path, "-r", ".line"]);
        thread::spawn(move || run.run())
    });
    for signal in ["KILL", "TERM"] {
        thread::sleep(Duration::from_millis(1500));
        engine.daemon().stop(signal);
        thread::sleep(Duration::from_millis(500));
        engine.daemon().restart(LIVE);
        engine.daemon().wait().unwrap();
    }
    for (run, path) in runs.into_iter().zip(paths) {
        let output = run.join().unwrap();
        // A daemon that is killed loses the lines that it has read and not yet written to its file.
        let kept = engine.dq(&[&path.replace("&follow=1", ""), "-r", ".line"]);
        let kept = kept.run();
        assert!(kept.text().lines().count() > 1700, "{}", kept.text());
        let difference = (output.text().lines())
            .zip(kept.text().lines())
            .find(|(shown, kept)| shown != kept);
        assert_eq!(difference, None, "{}", output.stderr);
        assert_eq!(output.text().len(), kept.text().len(), "{}", output.stderr);
        for notice in ["lost the connection to", "connected again after"] {
            assert_eq!(output.stderr.matches(notice).count(), 2, "{notice}");
        }
    }
    let mut died = [events.line().1, events.line().1];
    died.sort_unstable();
    assert_eq!(died, ["plain", "terminal"]);
}
