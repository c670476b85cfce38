//! Secrets stay secret in everything that dq prints, and a line of `--curl` runs nothing but curl and jq.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::support::daemon::find;
use crate::support::dq::{clean, dq, run};
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

/// What a shell would run, by every way it has, if the text were not quoted.
const HOSTILE: &str =
    "a`pwn`$(pwn)${x:-`pwn`}';pwn;'\"|pwn|\"&pwn&\npwn\n!!\\'pwn #~*?[a]{b,c}<x>é";

/// The letters of a token (RFC 9110 §5.6.2) of which a header's name and a method are made.
const HOSTILE_TOKEN: &str = "x-`pwn`$x'|pwn|&pwn&#!*~^%+._token";

/// A folder with a curl that records its arguments, a jq that does the same, and a program that must not run.
fn recorders() -> TempDir {
    let dir = TempDir::new();
    let record = |name: &str| {
        format!("#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done > '@DIR@/{name}.words'\n")
    };
    let programs = [
        ("curl", record("curl")),
        ("jq", record("jq")),
        ("pwn", "#!/bin/sh\n: > '@DIR@/pwned'\n".to_owned()),
    ];
    for (name, text) in programs {
        let text = text.replace("@DIR@", dir.path().to_str().unwrap());
        let path = dir.write(&format!("bin/{name}"), text);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    dir
}

/// The words that `--curl` makes a shell pass to curl and to jq. A variable has its own name as its value.
fn executed(shell: &str, dir: &TempDir, args: &[&str], env: &[(&str, &str)]) -> [Vec<String>; 2] {
    let mut shown = dq([&["--curl"], args].concat()).dir(dir.path());
    for (name, value) in env {
        shown = shown.env(name, value);
    }
    let shown = shown.run();
    assert_eq!(shown.code, 0, "{args:?}: {}", shown.stderr);
    let line = dir.write("line", shown.text());
    let mut command = Command::new(shell);
    clean(&mut command, dir.path());
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", dir.join("bin").display()));
    let notes = shown.stderr.lines();
    for note in notes.filter_map(|it| it.strip_prefix("dq: --curl: set ")) {
        let name = note.split(' ').next().unwrap();
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        assert!(name.chars().all(allowed), "{note}");
        command.env(name, format!("<{name}>"));
    }
    command.arg(line).current_dir(dir.path());
    let ran = run(command, Vec::new());
    assert_eq!((ran.stderr.as_str(), ran.code), ("", 0), "{}", shown.text());
    assert!(!dir.join("pwned").exists(), "{shell}: {}", shown.text());
    ["curl.words", "jq.words"].map(|name| {
        let words = fs::read_to_string(dir.join(name)).unwrap_or_default();
        words.split_terminator('\0').map(str::to_owned).collect()
    })
}

#[test]
fn a_line_of_curl_runs_nothing_else() {
    let header = format!("{HOSTILE_TOKEN}: {}", HOSTILE.replace('\n', " "));
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let variable: String = HOSTILE_TOKEN.chars().map(allowed).collect();
    let variable = variable.to_ascii_uppercase();
    let shown_header = format!("X{}: <HEADER_{variable}>", &HOSTILE_TOKEN[1..]);
    let path = format!("/{}", HOSTILE.replace('\n', ""));
    let url = format!("http://h{path}");
    let token = "http://h/?x%60pwn%60token=$(pwn)&b=`pwn`";
    let file = format!("@{}", HOSTILE.replace(['\n', '/'], ""));
    let socket = format!("unix:///{}", HOSTILE.replace('\n', ""));
    let custom = format!("{HOSTILE_TOKEN}=v");
    let value = HOSTILE.replace('\n', " ");
    let field = format!("a={HOSTILE}");
    let accept = format!("Accept: {value}");
    let engine = ("DOCKER_HOST", "unix:///d.sock");
    type Case<'c> = (&'c [&'c str], Vec<(&'c str, &'c str)>, &'c str);
    let cases: [Case; 12] = [
        (&["/x", "-H", &header], vec![engine], &shown_header),
        (
            &["/x"],
            vec![engine, ("DOCKER_CUSTOM_HEADERS", &custom)],
            &shown_header,
        ),
        (&["/x", "-H", &accept], vec![engine], accept.trim()),
        (&["/x", "-X", HOSTILE_TOKEN], vec![engine], HOSTILE_TOKEN),
        (&["/x", "-d", HOSTILE], vec![engine], "<BODY>"),
        (&["/x", "-F", &field], vec![engine], "<BODY>"),
        (&["-f", "p.jq", "/x"], vec![engine], "http://localhost/x"),
        (&["/x", "-d", &file], vec![engine], &file),
        (
            &["/x"],
            vec![("DOCKER_HOST", &socket)],
            &socket["unix://".len()..],
        ),
        (
            &[&url],
            vec![],
            "http://h/a%60pwn%60$(pwn)$%7Bx:-%60pwn%60%7D';pwn;'%22%7Cpwn%7C%22&pwn&pwn!!%5C'pwn%20",
        ),
        (
            &[token],
            vec![],
            "http://h/?x%60pwn%60token=<QUERY_X_PWN_TOKEN>&b=%60pwn%60",
        ),
        (
            &["/x", "-q", &format!("a={HOSTILE}")],
            vec![engine],
            "http://localhost/x?a=a%60pwn%60%24%28pwn%29%24%7Bx%3A-%60pwn%60%7D%27%3Bpwn%3B%27%22%7Cpwn%7C%22%26pwn%26%0Apwn%0A%21%21%5C%27pwn%20%23~%2A%3F%5Ba%5D%7Bb%2Cc%7D%3Cx%3E%C3%A9",
        ),
    ];
    let shells = ["sh", "bash", "zsh"]
        .into_iter()
        .filter(|it| find(it).is_some());
    for shell in shells {
        for (args, env, expected) in &cases {
            let dir = recorders();
            dir.write(&file[1..], "x");
            dir.write("p.jq", ".");
            let [words, _] = executed(shell, &dir, args, env);
            assert!(
                words.iter().any(|it| it == expected),
                "{shell} {args:?}: {words:#?}"
            );
        }
        let dir = recorders();
        let program = format!("{}|.", serde_json::to_string(HOSTILE).unwrap());
        let args = ["/x", &program, "--arg", "a", HOSTILE];
        let [_, words] = executed(shell, &dir, &args, &[engine]);
        assert_eq!(words, ["--arg", "a", HOSTILE, &program], "{shell}");
    }
}

#[test]
fn the_framing_of_curl_is_its_own() {
    let args = ["/x", "-d", "ab", "-H", "Content-Length:", "-H", "Accept:"];
    let engine = [("DOCKER_HOST", "unix:///d.sock")];
    let [words, _] = executed("sh", &recorders(), &args, &engine);
    assert!(words.iter().any(|it| it == "Accept:"), "{words:#?}");
    assert!(
        !words.iter().any(|it| it == "Content-Length:"),
        "{words:#?}"
    );
}

#[test]
fn two_secrets_have_two_variables() {
    let args = [
        "/x", "-H", "X-A: 1", "-H", "x_a: 2", "-H", "X-A: 3", "-H", "PATH: 4",
    ];
    let [words, _] = executed(
        "sh",
        &recorders(),
        &args,
        &[("DOCKER_HOST", "unix:///d.sock")],
    );
    for header in [
        "X-A: <HEADER_X_A>",
        "X_a: <HEADER_X_A_2>",
        "X-A: <HEADER_X_A_3>",
        "Path: <HEADER_PATH>",
    ] {
        assert!(words.iter().any(|it| it == header), "{words:#?}");
    }
}

#[test]
fn nothing_shows_a_secret() {
    const MOVED: &str = "Location: http://u:s3cret@elsewhere/?token=s3cret&a=1#id_token=s3cret\r\nX-Whatever: s3cret\r\n";
    const AWAY: &str = "Location: //u:s3cret@elsewhere/x\r\n";
    const PAGES: &str = "Content-Type: application/json\r\nLink: <http://u:s3cret@elsewhere/?sig=s3cret>; rel=\"next\"\r\n";
    let server = Server::new([
        ("/moved", Reply::status("302 Found", MOVED, "")),
        ("/away", Reply::status("302 Found", AWAY, "")),
        ("/pages", Reply::status("200 OK", PAGES, "1")),
        ("/x", Reply::json("1")),
    ]);
    let host = server.host();
    let socket = host.strip_prefix("unix://").unwrap();
    let url = "http://me:s3cret@h/x?token=s3cret&a=http://s3cret@1";
    let cases: [(&[&str], &str); 38] = [
        (
            &["/moved"],
            "elsewhere/?token=[redacted]&a=1#id_token=[redacted]",
        ),
        (&["/moved", "-v"], "< X-Whatever: [redacted]\n"),
        (&["/pages", "--paginate"], "elsewhere/?sig=[redacted]"),
        (
            &["/x?token=s3cret&a=1", "-v"],
            "> GET /x?token=[redacted]&a=1 HTTP/1.1\n",
        ),
        (
            &["/x", "-q", "X-Amz-Signature=s3cret", "-v"],
            "Signature=[redacted] HTTP/1.1\n",
        ),
        (
            &["/x", "-H", "X-Whatever: s3cret", "-v"],
            "> X-Whatever: [redacted]\n",
        ),
        (
            &["/x", "-H", "X-Whatever: s3cret", "--curl"],
            "set HEADER_X_WHATEVER to",
        ),
        (&["/x?token=s3cret", "--curl"], "set QUERY_TOKEN to"),
        (
            &["/build?buildargs=s3cret", "--curl"],
            "set QUERY_BUILDARGS to",
        ),
        (&["/x", "-d", "s3cret", "--curl"], "set BODY to the body\n"),
        (
            &["/x", "-F", "password=s3cret", "--curl"],
            "set BODY to the body\n",
        ),
        (
            &[url, "--unix-socket", socket, "-v"],
            "> GET /x?token=[redacted]&a=[redacted] HTTP/1.1\n",
        ),
        (
            &["http://u:s3cret@/x"],
            "the URL http://[redacted]@/x names no host",
        ),
        (
            &["http://u:s3cret@h:99999/x"],
            "[redacted]@h:99999/x cannot be asked: the port",
        ),
        (
            &["http://u:s3/s3cret@h/x"],
            "[redacted]@h/x cannot be asked: the port",
        ),
        (
            &["http://h:x/?token=s3cret"],
            "the URL http://h:x/ cannot be asked: the port",
        ),
        (
            &["--host", "tcp://u:s3/s3cret@h", "/x"],
            "invalid host tcp://[redacted]@h: the port",
        ),
        (
            &["/x", "-H", "tcp://u:s3cret@h"],
            "-H takes a header, not a URL",
        ),
        (&["/x", "-H", "s3cret"], "-H takes 'NAME: VALUE'"),
        (
            &["/x", "-H", "Bearer s3cret:s3cret"],
            "the name of the header \"Bearer\"",
        ),
        (&["/x/../y?token=s3cret"], "/x/../y?token=[redacted] holds"),
        (&[".", url], "h/x?token=[redacted]"),
        (&["-L", url, "."], "h/x?token=[redacted]"),
        (
            &[
                "--host",
                "tcp://u:s3cret@h",
                "-q",
                "token=s3cret",
                "get",
                "/info",
            ],
            "dq --host 'tcp://[redacted]@h' -q 'token=[redacted]' -X GET /info",
        ),
        (
            &["/x", "--unix-socket", "tcp://u:s3cret@h"],
            "--unix-socket takes a path",
        ),
        (
            &[url, "--unix-socket", "tcp://u:s3cret@h"],
            "--unix-socket takes a path",
        ),
        (
            &["/x", "--context", "tcp://u:s3cret@h"],
            "context \"tcp://[redacted]@h\"",
        ),
        (
            &["/x", "-q", "token:s3cret"],
            "--query takes KEY=VALUE, not token:\n",
        ),
        (&["/away"], "another host: //[redacted]@elsewhere/x"),
        (&["/away", "-v"], "< Location: //[redacted]@elsewhere/x\n"),
        (
            &["--exec", "c", url, "--", "x"],
            "http://[redacted]@h/x?token=[redacted]",
        ),
        (&["/x?token=s3cret", "--exec", "a"], "/x?token=[redacted]"),
        (&[url, ".", url], "after the filter"),
        (&["logs", url], "http://[redacted]"),
        (&["--show", url], "http://[redacted]@h"),
        (&["-m", url, "/x"], "http://[redacted]@h"),
        (&["//u:s3cret@h/x"], "did you mean /[redacted]@h/x?"),
        (
            &["-n", "fetch(\"/nope?token=s3cret\")"],
            "fetch /nope?token=[redacted]",
        ),
    ];
    for (args, expected) in cases {
        let mut run = dq(args);
        if !args.contains(&"--unix-socket") && !args.contains(&"--host") {
            run = run.env("DOCKER_HOST", &host);
        }
        let output = run.run();
        assert!(output.stderr.contains(expected), "{args:?}: {output:#?}");
        let shown = format!("{}{}", output.text(), output.stderr);
        assert!(!shown.contains("s3cret"), "{args:?}: {shown}");
    }
}

#[test]
fn configured_headers_cannot_change_the_framing() {
    let server = Server::new([("/x", Reply::json("1"))]);
    let headers = [
        "Content-Length=3",
        "transfer-encoding=chunked",
        "Trailer=x",
        "Upgrade=tcp",
        "Connection=Upgrade",
        "Connection=Authorization",
        "Expect=x",
        "HTTP2-Settings=x",
    ];
    for header in headers {
        let name = header.split('=').next().unwrap().to_ascii_lowercase();
        let run = dq(["/x"]).env("DOCKER_HOST", server.host());
        let output = run.env("DOCKER_CUSTOM_HEADERS", header).run();
        let said = format!("the header {name} of docker's configuration");
        output.fails(2, &[&said]);
        let config = format!(
            "{{\"HttpHeaders\": {{\"{}\"}}}}",
            header.replace('=', "\": \"")
        );
        let home = TempDir::new();
        home.write(".docker/config.json", config);
        let run = dq(["/x"]).env("DOCKER_HOST", server.host());
        run.env("HOME", home.path()).run().fails(2, &[&said]);
        let typed = header.replace('=', ": ");
        let run = dq(["/x", "-H", &typed]).env("DOCKER_HOST", server.host());
        run.run().fails(2, &["dq: fetch: "]);
    }
    assert_eq!(server.requests().len(), 0);
    for header in ["Connection=close", "Connection=Keep-Alive", "X-A=b"] {
        let run = dq(["/x"]).env("DOCKER_HOST", server.host());
        run.env("DOCKER_CUSTOM_HEADERS", header).run().is("1\n");
    }
}

#[test]
fn headers_come_from_files() {
    let server = Server::new([("/x", Reply::json("1"))]);
    let dir = TempDir::new();
    dir.write("h", "Authorization: Bearer s3cret\r\n\n  X-A;\nAccept:\n");
    dir.write("bad", "A: b\ns3cret\n");
    let ask = |args: &[&str]| dq(args).env("DOCKER_HOST", server.host()).dir(dir.path());
    ask(&["/x", "-H", "@h", "-H", "X-B: c"]).run().is("1\n");
    let request = server.requests().pop().unwrap();
    let sent = ["authorization", "x-a", "x-b", "accept"].map(|name| request.header(name));
    assert_eq!(sent, [Some("Bearer s3cret"), Some(""), Some("c"), None]);
    ask(&["/x", "-H@-"]).stdin("X-C: d").run().is("1\n");
    let request = server.requests().pop().unwrap();
    assert_eq!(request.header("x-c"), Some("d"));
    let output = ask(&["/x", "-H", "@bad"]).run();
    let said = "dq: cannot read the headers in bad: header 2 is not NAME: VALUE\n";
    output.fails(2, &[said]);
    assert!(!output.stderr.contains("s3cret"));
    ask(&["/x", "-H", "@nope"])
        .run()
        .fails(2, &["nope: No such file"]);
    let twice = ["/x", "-H", "@-", "-d", "@-"];
    ask(&twice)
        .run()
        .fails(2, &["standard input can be read once only"]);
}

#[test]
fn completion_sends_no_headers_of_docker_to_a_typed_host() {
    let server = Server::new([("/", Reply::json("[{\"Id\": \"a\", \"Names\": [\"/web\"]}]"))]);
    let host = server.host();
    let socket = host.trim_start_matches("unix://").replace('/', "%2F");
    let url = format!("http+unix://{socket}/containers/json");
    let names: &[&str] = &["/containers/"];
    let filter: &[&str] = &["-H", "X-A: s3cret", "/containers/json", "'.[].Na"];
    let of_url: &[&str] = &["-H", "X-A: s3cret", &url, "'.[].Na"];
    let cases: [(&[&str], &[&str], bool); 6] = [
        (&["--host", &host], names, false),
        (&["--host", &host, "--host", &host], names, false),
        (&[], names, true),
        (&["--host", &host], filter, false),
        (&[], filter, true),
        (&[], of_url, false),
    ];
    for (typed, words, is_sent) in cases {
        let words = [&["--complete", "fish", "--"], typed, words].concat();
        let run = dq(words).env("DOCKER_CUSTOM_HEADERS", "X-A=s3cret");
        let output = run.env("DOCKER_HOST", &host).run();
        let is_found =
            output.text().contains("/containers/web") || output.text().contains(".Names");
        assert!(is_found, "{output:#?}");
        let request = server.requests().pop().unwrap();
        assert_eq!(
            request.header("x-a"),
            is_sent.then_some("s3cret"),
            "{typed:?}"
        );
    }
}
