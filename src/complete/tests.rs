//! Lines as they are typed, and what is offered for them.

use super::*;

fn nothing(_: &str) -> Option<OsString> {
    None
}

fn offered(line: &str) -> Vec<String> {
    let answer = bash::answer(line, " \t\n\"'><=;|&(:", "37", &nothing);
    answer.lines().map(str::to_owned).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (line, expected) in cases {
        assert_eq!(offered(line), *expected, "{line}");
    }
}

#[test]
fn readline_gets_what_stands_behind_its_last_break() {
    check(&[
        ("dq --demo /images/postgres:1", &["words", "16/"]),
        ("dq --demo /images/postgres:16/h", &["word", "16/history"]),
        (
            "dq --demo \"/images/postgres:1",
            &["words", "/images/postgres:16/", "/images/postgres:16/…"],
        ),
        ("dq --output=ya", &["word", "yaml"]),
        ("dq --demo '/containers/js", &["word", "/containers/json"]),
        (
            "dq --demo /containers/json\\?al",
            &["words", "/containers/json\\?all="],
        ),
        (
            "dq --demo /volumes -q filters.dangl",
            &["words", "filters.dangling="],
        ),
        (
            "dq --demo /volumes -q filters.dangling=t",
            &["word", "true"],
        ),
        ("dq -d x@", &["words"]),
        ("dq", &[]),
        ("", &[]),
    ]);
}

#[test]
fn values_are_quoted_as_they_stand() {
    check(&[
        (
            "dq --demo /containers/json -q filters.label=shop.role=Fr",
            &[
                "word",
                "Front\\ door:\\ pages,\\ pictures\\ and\\ the\\ way\\ to\\ the\\ API",
            ],
        ),
        (
            "dq --demo /containers/json -q 'filters.label=shop.role=Fr",
            &[
                "word",
                "filters.label=shop.role=Front door: pages, pictures and the way to the API",
            ],
        ),
        (
            "dq --endpoints /containers/{id}/lo",
            &["word", "/containers/\\{id\\}/logs"],
        ),
    ]);
}

#[test]
fn what_was_typed_before_decides() {
    check(&[
        (
            "dq --demo -X DELETE /containers/w",
            &["words", "/containers/web", "/containers/worker"],
        ),
        (
            "dq --demo -X POST /containers/web/r",
            &[
                "words",
                "/containers/web/resize",
                "/containers/web/restart",
                "/containers/web/rename",
            ],
        ),
        ("dq /containers/json -X ", &["word", "GET"]),
        ("dq --demo logs w", &["words", "web", "worker"]),
        ("dq --demo logs web ", &["words"]),
        ("dq --demo logs web -q ti", &["words", "timestamps="]),
        ("dq .a ", &["files"]),
        ("dq -L ", &["directories"]),
        ("dq --slurpfile a ", &["files"]),
        ("dq --slurpfile ", &["words"]),
        ("dq -nf ", &["files"]),
        ("dq -- -", &["words"]),
        ("dq --color=n", &["word", "never"]),
        ("dq --unknown --demo /inf", &["word", "/info"]),
        (
            "dq --demo /v1.41/containers/we",
            &["words", "/v1.41/containers/web/"],
        ),
        (
            "dq --demo /networks/bridge",
            &["words", "/networks/bridge", "/networks/bridge/"],
        ),
        (
            "dq --demo /containers/6779922c8669",
            &["words", "/containers/6779922c8669/"],
        ),
        ("dq --generate m", &["word", "man"]),
    ]);
}

#[test]
fn words_are_taken_apart_as_a_shell_does() {
    let cases = [
        ("'a b", "a b"),
        ("\"a\\\"b\\c", "a\"b\\c"),
        ("a\\ b'c d'", "a bc d"),
        ("\\", ""),
    ];
    for (word, expected) in cases {
        assert_eq!(bash::unquoted(word), expected);
    }
}
