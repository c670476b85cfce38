//! What reaches a terminal: text of servers and of the programs that dq starts, without control over it.

use crate::support::dq::BINARY;
use crate::support::temp::TempDir;
use crate::support::terminal::Terminal;

/// A folder with programs that dq starts.
fn programs(scripts: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new();
    for (name, script) in scripts {
        let path = dir.write(&format!("bin/{name}"), format!("#!/bin/sh\n{script}\n"));
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(path, executable).unwrap();
    }
    dir
}

fn on_terminal(dir: &TempDir, line: &str, env: &[(&str, String)]) -> Terminal {
    let line = format!("sh -c '{} {line}; echo EN\"\"D'", BINARY);
    Terminal::start(&line, dir.path(), &dir.join("bin"), env)
}

#[test]
fn data_formats_show_escape_sequences() {
    let dir = TempDir::new();
    dir.write("x.json", r#"{"a":"\u001b[31mred\u001b[0m \u009b1m"}"#);
    for format in ["csv", "tsv", "xml", "toml", "markdown", "yaml"] {
        let filter = if format == "xml" {
            r#"{t:"a",c:[.a]}"#
        } else {
            "."
        };
        dir.write("f.jq", filter);
        let terminal = on_terminal(&dir, &format!("-o {format} -f f.jq x.json"), &[]);
        let screen = terminal.shows("END");
        assert!(screen.contains("red"), "{format}: {screen:?}");
        assert!(!screen.contains("\x1b[31m"), "{format}: {screen:?}");
        assert!(!screen.contains('\u{9b}'), "{format}: {screen:?}");
    }
}

#[test]
fn messages_of_ssh_are_made_safe() {
    let ssh = r#"printf '\033]0;title\007\033[31mred\033[0m\033[2J no\rhint: yes\n' >&2; exit 255"#;
    let dir = programs(&[("ssh", ssh)]);
    let env = [("DOCKER_HOST", "ssh://far".to_owned())];
    let terminal = on_terminal(&dir, "/_ping", &env);
    let screen = terminal.shows("END");
    let shown = "\\u001b]0;title\\u0007\x1b[31mred\x1b[0m\\u001b[2J no\\rhint: yes";
    assert!(screen.contains(shown), "{screen:?}");
    // They come before dq's own message.
    let (before, _) = screen
        .split_once("dq: fetch: cannot connect to ssh://far")
        .unwrap();
    assert!(before.contains(shown), "{screen:?}");
}

#[test]
fn ssh_asks_for_a_password_on_the_terminal() {
    let answer = r#"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"#;
    let ssh = format!(
        r#"printf 'Banner\n' >&2; printf 'Password: ' >/dev/tty; read word </dev/tty
printf '{answer}%s' "$word""#
    );
    let dir = programs(&[("ssh", &ssh)]);
    let env = [("DOCKER_HOST", "ssh://far".to_owned())];
    let mut terminal = on_terminal(&dir, "/_ping", &env);
    // ssh's own messages and its question go different ways, so either may come first.
    terminal.shows("Banner");
    terminal.shows("Password: ");
    terminal.press("123\n");
    let screen = terminal.shows_after("Password: ", "END");
    assert!(screen.contains("123"), "{screen:?}");
}

#[test]
fn a_credential_helper_may_ask_and_its_messages_are_made_safe() {
    let helper =
        r#"printf '\033]0;title\007Passphrase: ' >&2; read word </dev/tty; echo nothing; exit 1"#;
    let dir = programs(&[("docker-credential-odd", helper)]);
    dir.write(".docker/config.json", r#"{"credsStore": "odd"}"#);
    let env = [("DOCKER_HOST", "unix:///nowhere".to_owned())];
    let line = "-X POST /images/x/push --registry-auth";
    let mut terminal = on_terminal(&dir, line, &env);
    // A prompt without a line end is there before anything is typed.
    terminal.shows("\\u001b]0;title\\u0007Passphrase: ");
    terminal.press("x\n");
    terminal.shows_after(
        "Passphrase: ",
        "the credential helper docker-credential-odd failed",
    );
}
