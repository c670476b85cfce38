//! TAB in real shells on a terminal, with a real engine; and the files of `completions/`.
//!
//! Not covered: PowerShell, which Debian does not package. Its script is only compared with the
//! generated one, and the unit tests check the quoting.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::daemon::find;
use crate::support::dq::{BINARY, dq, run};
use crate::support::engine::engine;
use crate::support::leave_out;
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;
use crate::support::terminal::{CURSOR_QUERY, Terminal};

/// The kinds of `--generate`, and the file of each.
const FILES: [(&str, &str); 7] = [
    ("bash", "dq.bash"),
    ("zsh", "_dq"),
    ("fish", "dq.fish"),
    ("elvish", "dq.elv"),
    ("powershell", "_dq.ps1"),
    ("nushell", "dq.nu"),
    ("man", "dq.1"),
];

/// Stands in for dq: it passes on the questions of completion scripts and prints the words of any other command line.
const RECORDER: &str = r#"#!/bin/sh
case $1 in
--complete|--generate) exec "@DQ@" "$@" ;;
esac
printf 'GO''T'
for word; do printf '<%s>' "$word"; done
echo END
"#;

/// Keys, `>` for TAB, and the words that the program gets.
const LINES: &[(&str, &str)] = &[
    ("dq /containers/we>log>", "</containers/web/logs>"),
    (
        "dq /v1.41/containers/we>log>",
        "</v1.41/containers/web/logs>",
    ),
    ("dq /images/busyb>j>", "</images/busybox:test/json>"),
    ("dq /images/busybox:te>j>", "</images/busybox:test/json>"),
    ("dq '/containers/we>log>", "</containers/web/logs>"),
    ("dq --output=ta>", "<--output=table>"),
    ("dq -o ma> log>we>", "<-o><markdown><logs><web>"),
    (
        "dq /containers/json -q filters.sta>exi>",
        "</containers/json><-q><filters.status=exited>",
    ),
    (
        "dq /containers/json -q filters.label=shop>",
        "</containers/json><-q><filters.label=shop.role=front door>",
    ),
    (
        "dq /containers/json -q filters.ancestor=busy>",
        "</containers/json><-q><filters.ancestor=busybox:test>",
    ),
    ("dq --context sta> /inf>", "<--context><staging></info>"),
    ("dq --cacert c> /inf>", "<--cacert><ca file.pem></info>"),
    ("dq /build -d @D>", "</build><-d><@Dockerfile.tar>"),
    (
        "dq -X DELETE /containers/we>",
        "<-X><DELETE></containers/web>",
    ),
    ("dq --no-h> /inf>", "<--no-header></info>"),
    ("dq --cacert=c> /inf>", "<--cacert=ca file.pem></info>"),
    ("dq -oya> /inf>", "<-oyaml></info>"),
    ("dq --host tcp>h /info", "<--host><tcp://h></info>"),
];

/// The same for filters. `<` moves the cursor to the left.
const FILTERS: &[(&str, &str)] = &[
    (
        "dq /containers/json '.[].HostC>'",
        "</containers/json><.[].HostConfig>",
    ),
    (
        "dq /containers/json '.[0].HostC>.Netw>>",
        "</containers/json><.[0].HostConfig.NetworkMode>",
    ),
    (
        "dq /containers/json 'map(select(.HostC>))'",
        "</containers/json><map(select(.HostConfig))>",
    ),
    (
        "dq /containers/json '.[] | .Names, .HostC>'",
        "</containers/json><.[] | .Names, .HostConfig>",
    ),
    (
        "dq /containers/json '.[]|{Id, Na>}'",
        "</containers/json><.[]|{Id, Names}>",
    ),
    (
        "dq /containers/json '.[].Labels[\"shop.ro>>",
        "</containers/json><.[].Labels[\"shop.role\"]>",
    ),
    (
        "dq /containers/json '.[] | sele>.Id)'",
        "</containers/json><.[] | select(.Id)>",
    ),
    (
        "dq /containers/web/json '.State.Exi>>",
        "</containers/web/json><.State.ExitCode>",
    ),
    ("dq ps '.[].imag>>", "<ps><.[].image>"),
    (
        "dq inspect web '.NetworkSet>'",
        "<inspect><web><.NetworkSettings>",
    ),
    (
        "dq /containers/json '.[].HostC'<>",
        "</containers/json><.[].HostConfig>",
    ),
];

/// The same for bash and zsh: other shells do not tell the words behind the cursor, and fish puts backslashes in the place
/// of a quote where it replaces what was typed.
const OF_BASH_AND_ZSH: &[(&str, &str)] = &[
    (
        "dq /containers/json '.[].hostc>'",
        "</containers/json><.[].HostConfig>",
    ),
    ("dq '.alp' 'x y.json'<<<<<<<<<<<<>", "<.alpha><x y.json>"),
    (
        "dq '.alpha[\"$(t' 'x y.json'<<<<<<<<<<<<>",
        "<.alpha[\"$(touch pwned)\"]><x y.json>",
    ),
    (
        "dq '.alpha[\"two' 'x y.json'<<<<<<<<<<<<>",
        "<.alpha[\"two words\"]><x y.json>",
    ),
    (
        "dq '.alpha[\"ba' 'x y.json'<<<<<<<<<<<<>",
        "<.alpha[\"back\\\\slash\"]><x y.json>",
    ),
];

/// Keys of an object, some of them hostile.
const HOSTILE: &str = r#"{"alpha": {"it's": 1, "$(touch pwned)": 2, "`touch pwned`": 3, "back\\slash": 4, "q\"uote": 5, "two words": 6,
    "!bang": 7, "new\nline": 8, "\u001b[31m": 9, "\u202e": 10}, "beta": [{"x y": {"deep": 1}}]}"#;

struct Shell {
    terminal: Terminal,
    home: TempDir,
    /// What the shell writes when it is ready for keys; empty if it is always.
    prompt: &'static str,
}

impl Shell {
    /// Starts a shell that has loaded its script, in a home with a docker context and files.
    fn start(name: &str, host: &str) -> Option<Self> {
        for program in [name, "script"] {
            if find(program).is_none() {
                leave_out(&format!("no {program} here"));
                return None;
            }
        }
        let home = TempDir::new();
        prepare(&home);
        let (line, load) = match name {
            "bash" => ("bash --norc -i", "source <(dq --generate bash)"),
            "zsh" => (
                "zsh -f -i",
                "autoload -Uz compinit; compinit -u -D; source <(dq --generate zsh)",
            ),
            "fish" => ("fish -N -i", "dq --generate fish | source"),
            "elvish" => ("elvish -norc", "eval (dq --generate elvish | slurp)"),
            // It loads the script with its configuration.
            _ => ("nu --no-history", ""),
        };
        let env = [("DOCKER_HOST", host.to_owned())];
        let mut terminal = Terminal::start(line, home.path(), &home.join("bin"), &env);
        // Nushell drops keys that come before its prompt, which begins with this question.
        let prompt = if name == "nu" { CURSOR_QUERY } else { "" };
        terminal.shows(prompt);
        if !load.is_empty() {
            terminal.press(&format!("{load}\r"));
        }
        terminal.press("dq ready\r");
        terminal.shows_after("GOT<ready>END", prompt);
        Some(Self {
            terminal,
            home,
            prompt,
        })
    }

    /// The words that the program gets after these keys.
    fn words(&mut self, keys: &str) -> String {
        self.terminal.clear();
        self.terminal
            .press(&keys.replace('>', "\t").replace('<', "\u{1b}[D"));
        self.terminal.press("\r");
        let words = self.terminal.between("GOT", "END");
        self.terminal.shows_after("END", self.prompt);
        words
    }
}

fn prepare(home: &TempDir) {
    let recorder = RECORDER.replace("@DQ@", BINARY);
    let path = home.write("bin/dq", recorder);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    let nushell = dq(["--generate", "nushell"]).run();
    let config = format!("$env.config.show_banner = false\n{}", nushell.text());
    home.write(".config/nushell/env.nu", "");
    home.write(".config/nushell/config.nu", config);
    home.write("ca file.pem", "");
    home.write("Dockerfile.tar", "");
    home.write("x y.json", HOSTILE);
    home.write(
        ".docker/contexts/meta/x/meta.json",
        r#"{"Name": "staging", "Endpoints": {"docker": {"Host": "tcp://staging:2375"}}}"#,
    );
}

fn completes_lines(name: &str) {
    let Some(engine) = engine() else { return };
    let Some(mut shell) = Shell::start(name, &engine.host()) else {
        return;
    };
    let mut faults = String::new();
    let knows_all = matches!(name, "bash" | "zsh");
    let behind = if knows_all { OF_BASH_AND_ZSH } else { &[] };
    for (keys, expected) in LINES.iter().chain(FILTERS).chain(behind) {
        let words = shell.words(keys);
        if words != *expected {
            faults += &format!("\n{keys}\n  {words}\n  {expected}");
        }
    }
    assert!(faults.is_empty(), "{name}:{faults}");
    shell.terminal.clear();
    shell.terminal.press("dq /containers/\t\t");
    let screen = shell.terminal.shows("gone");
    for part in ["web", "busybox:test", "running", "exited"] {
        assert!(screen.contains(part), "{name}: no {part}: {screen}");
    }
    assert!(!shell.home.join("pwned").exists());
    drop(shell.home);
}

#[test]
fn bash_completes() {
    completes_lines("bash");
}

#[test]
fn zsh_completes() {
    completes_lines("zsh");
}

#[test]
fn fish_completes() {
    completes_lines("fish");
}

#[test]
fn nushell_completes() {
    completes_lines("nu");
}

/// elvish shows a menu even for a single candidate, so its completer is called here as TAB calls it.
#[test]
fn elvish_completes() {
    let Some(engine) = engine() else { return };
    let Some(mut shell) = Shell::start("elvish", &engine.host()) else {
        return;
    };
    let calls = [
        ("/containers/we", "/containers/web/"),
        ("/images/busybox:te", "/images/busybox:test/"),
        (
            "/containers/json -q filters.label=sh",
            "filters.label=shop.role=front door",
        ),
        ("logs we", "web"),
        ("--output=mark", "--output=markdown"),
        (
            "/containers/json '.[].Labels[\"shop.ro'",
            ".[].Labels[\"shop.role\"]",
        ),
        ("/containers/json '.[] | .HostC'", ".[] | .HostConfig"),
    ];
    for (words, candidate) in calls {
        shell.terminal.clear();
        // Split, so that the echo of the keys does not match.
        shell.terminal.press(&format!(
            "for c [($edit:completion:arg-completer[dq] dq {words})] {{ echo GO''T$c[stem]EN''D }}\r"
        ));
        assert_eq!(shell.terminal.between("GOT", "END"), candidate, "{words}");
    }
}

/// Keys that a server sends never leave their quotes, whichever shell inserts them.
#[test]
fn hostile_keys_stay_text_in_shells() {
    const KEYS: [(&str, &str); 6] = [
        ("$(t", "$(touch pwned)"),
        ("`t", "`touch pwned`"),
        ("it", "it's"),
        ("q", "q\\\"uote"),
        ("ba", "back\\\\slash"),
        ("two", "two words"),
    ];
    let body = format!(
        "[{HOSTILE}, {{\"alpha\": {{\"{}\": 1}}}}]",
        "n".repeat(10_000)
    );
    for name in ["bash", "zsh", "fish", "nu"] {
        let server = Server::new([("/containers/json", Reply::json(&body))]);
        let Some(mut shell) = Shell::start(name, &server.host()) else {
            continue;
        };
        for (typed, key) in KEYS {
            // Nushell closes no double quote that has escapes in it.
            if (name, typed) == ("nu", "it") {
                continue;
            }
            let words = shell.words(&format!("dq /containers/json '.[].alpha[\"{typed}>>"));
            let expected = format!("</containers/json><.[].alpha[\"{key}\"]>");
            assert_eq!(words, expected, "{name}");
        }
        assert!(!shell.home.join("pwned").exists(), "{name}");
        let is_get = |line: &String| line.starts_with("GET ");
        assert!(server.asked().iter().all(is_get), "{:?}", server.asked());
    }
}

#[test]
fn the_files_are_up_to_date() {
    for (kind, file) in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("completions")
            .join(file);
        let committed = fs::read_to_string(path).unwrap();
        let generated = dq(["--generate", kind]).run();
        assert!(
            generated.text() == committed,
            "out of date: dq --generate {kind} > completions/{file}"
        );
    }
    dq(["--generate", "csh"])
        .run()
        .fails(2, &["cannot generate csh", "bash, zsh"]);
}

#[test]
fn the_manual_page_is_well_formed() {
    if find("groff").is_none() {
        return leave_out("no groff here");
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions/dq.1");
    let mut groff = Command::new("groff");
    groff
        .args(["-man", "-Tutf8", "-ww", "-rLL=100n", "-P-cbou"])
        .arg(&page);
    let output = run(groff, Vec::new());
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    for part in [
        "SOURCES",
        "SAVED FILTERS",
        "FUNCTIONS",
        "EXIT STATUS",
        "ENVIRONMENT",
        "FILES",
        "EXAMPLES",
        "--unix-socket PATH",
        "dq '/containers/json?all=1' -c '.[] | {Id, State}'",
        "environment NAME",
    ] {
        assert!(
            output.text().contains(part),
            "no {part} in\n{}",
            output.text()
        );
    }
    let source = fs::read_to_string(page).unwrap();
    assert!(!source.contains("EXAMPLES\n.PP"), "an empty paragraph");
    let places = [
        "@OPTIONS",
        "@SAVED",
        "@EXIT",
        "@ENV",
        "@EXAMPLES",
        "@VERSION",
    ];
    assert!(!places.iter().any(|it| output.text().contains(it)));
}

/// The answer to a line typed in bash, and the time it took.
fn asked(line: &str, host: &str) -> (String, Duration) {
    let start = Instant::now();
    let output = dq(["--complete", "bash", line, " \t\n\"'><=;|&(:", "37"])
        .env("DOCKER_HOST", host)
        .run();
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    (output.text().to_owned(), start.elapsed())
}

#[test]
fn a_host_that_does_not_answer_delays_tab_briefly_and_prints_nothing() {
    // The time that a TAB may take, doubled for a busy machine.
    const LIMIT: Duration = Duration::from_millis(600);
    let slow_server = Server::new([("/containers/json?all=1", Reply::Held(""))]);
    let slow = slow_server.host();
    let hosts = [
        slow.as_str(),
        "unix:///nowhere.sock",
        "tcp://10.255.255.1:2375",
        "tcp://name.invalid:2375",
        "ssh://nobody@name.invalid",
        "nonsense://",
    ];
    for host in hosts {
        let (answer, time) = asked("dq /containers/web/lo", host);
        assert_eq!(answer, "word\n/containers/web/logs\n", "{host}");
        assert!(time < LIMIT, "{host}: {time:?}");
        let (answer, time) = asked("dq /containers/json?all=1 '.[].SizeRo", host);
        assert_eq!(answer, "words\n.[].SizeRootFs\n.[].SizeRootFs…\n", "{host}");
        assert!(time < LIMIT, "{host}: {time:?}");
    }
}

/// What a server sends where a list of containers is expected, and what a filter can be completed with then.
#[test]
fn a_lying_server_does_no_harm() {
    const LIMIT: Duration = Duration::from_millis(600);
    let documented = "words\n.[].SizeRootFs\n.[].SizeRootFs…\n";
    let deep = "[".repeat(200_000);
    let wide: String = (0..60_000)
        .map(|it| format!("{{\"k{it}\": {{\"{}\": 1}}}},", "x".repeat(60)))
        .collect();
    let long = format!("[{{\"{}\": 1}}]", "SizeRo".repeat(2000));
    let bodies = [
        ("", documented),
        ("[{\"SizeRo\": 1", "word\n.[].SizeRo\n"),
        ("no JSON", documented),
        ("\"a string\"", documented),
        ("[{\"SizeRo\\u0007\": 1}]", documented),
        ("[{\"SizeRo\\n\": 1}, {\"SizeRo\\u202e\": 1}]", documented),
        (&deep, documented),
        (&format!("[{wide}"), documented),
        (&long, documented),
        (
            "[{\"SizeRoot\": {\"a\": 1}}] junk",
            "words\n.[].SizeRoot\n.[].SizeRoot…\n",
        ),
    ];
    for (body, expected) in bodies {
        let server = Server::new([("/containers/json", Reply::json(body))]);
        let (answer, time) = asked("dq /containers/json '.[].SizeRo", &server.host());
        let about: String = body.chars().take(60).collect();
        assert_eq!(answer, expected, "{about}");
        assert!(time < LIMIT, "{about}: {time:?}");
    }
    let endless = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[{\"SizeRoyal\": 1},";
    let endless = Server::new([("/containers/json", Reply::Held(endless))]);
    let (answer, time) = asked("dq /containers/json '.[].SizeRo", &endless.host());
    assert_eq!(answer, "words\n.[].SizeRoyal\n.[].SizeRoyal…\n");
    assert!(time < LIMIT, "{time:?}");
}

#[test]
fn names_of_a_hostile_server_stay_text() {
    let names = r#"[{"Names": ["/a\u001b[31m"]}, {"Names": ["/$(touch x)"], "Image": "i\u0007\u202e", "State": "running"},
        {"Names": ["/-rf"]}, {"Names": ["/.."]}, {"Names": ["/ok"]}]"#;
    let server = Server::new([("/containers/json?all=1", Reply::json(names))]);
    let host = server.host();
    let (answer, _) = asked("dq /containers/$", &host);
    assert_eq!(answer, "words\n/containers/\\$\\(touch\\ x\\)/\n");
    let listed = dq(["--complete", "zsh", "--", "/containers/"])
        .env("DOCKER_HOST", host)
        .run();
    let words = dq(["--complete", "elvish", "--", "logs", ""])
        .env("DOCKER_HOST", server.host())
        .run();
    let nushell = dq(["--complete", "nushell", "--", "logs", "$"])
        .env("DOCKER_HOST", server.host())
        .run();
    let expected = r#"[{"value":"'$(touch x)' ","description":"i    running"}]"#;
    assert_eq!(nushell.text(), format!("{expected}\n"));
    assert_eq!(
        words.text(),
        "words\n$(touch x)\t1\ti    running\nok\t1\t\n"
    );
    let bad = |it: char| it.is_control() && it != '\n' && it != '\t' || it == '\u{202e}';
    assert!(!listed.text().chars().any(bad), "{:?}", listed.text());
}
