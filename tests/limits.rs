//! Limits: files that are none, planted links, numbers beyond every range.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::dq::{Dq, dq};
use crate::support::temp::TempDir;

fn at_home<'a>(home: &TempDir, args: impl IntoIterator<Item = &'a str>) -> Dq {
    dq(args).env("HOME", home.path())
}

/// Makes a FIFO that nobody writes to: who opens it waits.
fn fifo(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success());
}

/// Makes a link to a file that never ends.
fn endless(path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink("/dev/zero", path).unwrap();
}

/// The name of the directory of the context `foo`: its SHA-256.
const FOO: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

#[test]
fn files_that_are_none_are_not_opened() {
    let meta = format!(".docker/contexts/meta/{FOO}/meta.json");
    let context = ["--context", "foo", "/_ping"];
    let cases: [(&str, &[&str], i32); 4] = [
        (".docker/config.json", &["--demo", "/_ping"], 0),
        (".docker/config.json", &["/_ping"], 7),
        (&meta, &context, 2),
        (".config/dq/options", &["-n", "1"], 2),
    ];
    for (path, args, code) in cases {
        for make in [fifo, endless] {
            let home = TempDir::new();
            make(&home.join(path));
            let output = at_home(&home, args.iter().copied()).run();
            assert_eq!(output.code, code, "{path} {args:?}: {}", output.stderr);
            let said = output.stderr.contains("it is a pipe, a socket or a device");
            assert!(said || args[0] == "--demo", "{path}: {}", output.stderr);
        }
    }
}

#[test]
fn saved_filters_and_modules_that_are_no_files_do_not_hang() {
    let home = TempDir::new();
    let folder = home.join(".config/dq/filters");
    fifo(&folder.join("waits.jq"));
    endless(&folder.join("zeros.jq"));
    fifo(&home.join(".jq"));
    at_home(&home, ["waits"])
        .run()
        .fails(2, &["it is a pipe, a socket or a device"]);
    at_home(&home, ["-n", "zeros"])
        .run()
        .fails(2, &["it is a pipe, a socket or a device"]);
    at_home(&home, ["inspect", "x", "y"]).run();
    assert_eq!(at_home(&home, ["--list"]).run().code, 0);
    assert_eq!(at_home(&home, ["-n", "1"]).run().code, 0);
}

#[test]
fn completion_survives_files_that_are_none() {
    let home = TempDir::new();
    fifo(&home.join(".docker/config.json"));
    fifo(&home.join(&format!(".docker/contexts/meta/{FOO}/meta.json")));
    fifo(&home.join(".config/dq/options"));
    fifo(&home.join(".config/dq/filters/waits.jq"));
    for words in [
        &["/cont"][..],
        &["--context", ""],
        &["wai"],
        &["waits", ""],
        &["logs", ""],
    ] {
        let args = ["--complete", "zsh", "--"].iter().chain(words).copied();
        assert_eq!(at_home(&home, args).run().code, 0, "{words:?}");
    }
}

#[test]
fn a_file_of_many_megabytes_is_refused() {
    let home = TempDir::new();
    let text = format!("# {}\n", "x".repeat(17 << 20));
    home.write(".config/dq/options", &text);
    home.write(".config/dq/filters/long.jq", &text);
    at_home(&home, ["-n", "1"])
        .run()
        .fails(2, &["dq/options: it is longer than 16 MiB\nhint: "]);
    at_home(&home, ["--no-defaults", "long"])
        .run()
        .fails(2, &["long.jq: it is longer than 16 MiB\n"]);
}

#[test]
fn certificates_may_come_from_a_pipe_of_the_shell_and_end() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    for (file, problem) in [
        ("/dev/zero", "it is longer than 16 MiB"),
        ("/dev/null", "it holds no certificate"),
    ] {
        dq(["--cacert", file, &url]).run().fails(2, &[problem]);
    }
}

/// The files of a directory and what they hold.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn saving_follows_no_planted_link() {
    let home = TempDir::new();
    let victim = home.write("victim", "precious");
    let folder = home.join(".config/dq/filters");
    std::fs::create_dir_all(&folder).unwrap();
    // The names of temporary files hold the process id: one is planted for each that may come next.
    let own = std::process::id();
    for id in own..own + 2000 {
        symlink(&victim, folder.join(format!(".mine.jq.new{id}"))).unwrap();
        symlink(&victim, folder.join(format!(".mine.jq.new{id}-0"))).unwrap();
    }
    symlink(&victim, folder.join(".mine.jq.draft.jq")).unwrap();
    assert_eq!(at_home(&home, ["--save", "mine", ".a"]).run().code, 0);
    let edit = at_home(&home, ["--edit", "mine"]).env("VISUAL", "sed -i s/a/b/");
    let edited = edit.run();
    assert_eq!(edited.code, 0, "{}", edited.stderr);
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(
        std::fs::read_to_string(folder.join("mine.jq")).unwrap(),
        ".b\n"
    );
}

#[test]
fn a_saved_filter_is_its_owners_alone_and_keeps_its_mode() {
    let home = TempDir::new();
    let folder = home.join(".config/dq/filters");
    let file = folder.join("mine.jq");
    let mode = || file.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(at_home(&home, ["--save", "mine", ".a"]).run().code, 0);
    assert_eq!(mode(), 0o600);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let again = at_home(&home, ["--save", "mine", "--force", ".b"]).run();
    assert_eq!((again.code, mode()), (0, 0o644));
    let edit = at_home(&home, ["--edit", "mine"]).env("VISUAL", "sed -i s/b/c/");
    assert_eq!((edit.run().code, mode()), (0, 0o644));
    assert_eq!(files(&folder), [(file, ".c\n".to_owned())]);
}

#[test]
fn no_number_of_an_option_panics() {
    let home = TempDir::new();
    let numbers = [
        "1.8e19",
        "1.8446744073709551e19",
        "9.3e18",
        "1e300",
        "inf",
        "nan",
        "-0.0",
        "1e-300",
        "2147483647.5",
        "4294967296",
        "9223372036854775807",
        "18446744073709551616",
        "-1",
    ];
    let options = [
        "--max-time",
        "--connect-timeout",
        "--idle-timeout",
        "--retry",
        "--parallel",
        "--indent",
    ];
    for option in options {
        for number in numbers {
            let args = ["--demo", option, number, "/_ping", "fetch(\"/_ping\")"];
            let output = dq(args).run();
            let is_clean = [0, 2, 28].contains(&output.code) && !output.stderr.contains("panick");
            assert!(
                is_clean,
                "{option} {number}: {} {}",
                output.code, output.stderr
            );
            home.write(".config/dq/options", format!("{option} {number}\n"));
            let output = at_home(&home, ["--demo", "/_ping"]).run();
            assert!(
                [0, 2].contains(&output.code),
                "{option} {number}: {}",
                output.stderr
            );
        }
    }
}

#[test]
fn a_very_long_time_limit_waits() {
    for limit in ["1.8e19", "1e300", "9223372036854775807", "2147483647"] {
        for option in ["--max-time", "--connect-timeout", "--idle-timeout"] {
            dq(["--demo", option, limit, "--until", "/_ping"])
                .run()
                .is("OK");
            let watched = dq(["--demo", "-m", "0.3", &format!("--watch={limit}"), "/_ping"]).run();
            assert_eq!(watched.code, 28, "{limit}: {}", watched.stderr);
            let refused = dq([option, limit, "http://127.0.0.1:1/"]).run();
            refused.fails(7, &["Connection refused"]);
        }
    }
}

#[test]
fn no_number_of_a_time_panics() {
    for number in [
        "1e300s",
        "99999999999999999999",
        "9223372036854775807",
        "9223372036h",
        "999999999999999999999999h",
        "-9223372036854775808s",
        "9999-12-31T23:59:59.999999999Z",
        "-009999-01-01T00:00:00Z",
        "0.00000000000000000000000000000000001s",
    ] {
        let since = format!("since={number}");
        let output = dq(["--demo", "/events", "-q", &since, "-q", "until=1"]).run();
        assert!(
            [0, 2, 22].contains(&output.code),
            "{number}: {} {}",
            output.code,
            output.stderr
        );
    }
}

/// Answers each request with a link to a page that has not been asked for yet.
fn serve_endless_pages(socket: &Path) {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(&stream).lines();
        for page in 1.. {
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let head =
                format!("HTTP/1.1 200 OK\r\nLink: </x?{page}>; rel=next\r\nContent-Length: 2");
            if write!(&stream, "{head}\r\n\r\n1\n").is_err() {
                return;
            }
        }
    });
}

#[test]
fn pages_end() {
    let home = TempDir::new();
    let socket = home.join("s");
    serve_endless_pages(&socket);
    let host = format!("unix://{}", socket.display());
    let output = dq(["--host", &host, "--paginate", "/x", "-c"]).run();
    assert_eq!(output.text().lines().count(), 10_000);
    assert_eq!(output.code, 22);
    let said = "dq reads 10000 pages at most, and there is another: /x?10000";
    assert!(output.stderr.contains(said), "{}", output.stderr);
}
