//! Typed lines and the candidates for them.

#![allow(clippy::unwrap_used)]

use super::*;

fn no_variables(_: &str) -> Option<OsString> {
    None
}

/// The answer to a question, whose words follow `--complete`.
fn ask(question: &[&str]) -> String {
    answer(question.iter().map(OsString::from), &no_variables)
}

fn offered(line: &str) -> Vec<String> {
    let answer = ask(&["bash", line, " \t\n\"'><=;|&(:", "37"]);
    answer.lines().map(str::to_owned).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    for (line, expected) in cases {
        assert_eq!(offered(line), *expected, "{line}");
    }
}

#[test]
fn readline_gets_the_text_after_its_last_word_break() {
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
fn values_are_quoted_for_their_place_in_the_line() {
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
fn the_words_before_the_cursor_decide() {
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
        ("dq --demo logs web w", &["word", "worker"]),
        ("dq --demo logs web .line w", &["words"]),
        ("dq --demo inspect web d", &["word", "db"]),
        ("dq --demo inspect web shop_b", &["word", "shop_back"]),
        ("dq --demo top web ", &["words", ".\\[\\]"]),
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
        ("dq --edit vol", &["word", "volumes"]),
        ("dq --remove vol", &["words"]),
        ("dq -H Con", &["words", "Content-Type:"]),
        ("dq --host t", &["words", "tcp://"]),
        ("dq --host /", &["files"]),
        ("dq --host /a --host t", &["words", "tcp://"]),
    ]);
}

#[test]
fn values_inside_a_word_are_completed() {
    check(&[
        ("dq -oya", &["word", "-oyaml"]),
        ("dq -co", &["words"]),
        ("dq -o", &["word", "-o"]),
        ("dq --demo /volumes -qfilters.dangling=t", &["word", "true"]),
        ("dq --cacert=Cargo.l", &["word", "Cargo.lock"]),
        ("dq --library-path=Cargo.l", &["words"]),
        ("dq -Lcomple", &["words", "-Lcompletions/"]),
        ("dq --host=unix://Cargo.l", &["word", "//Cargo.lock"]),
        ("dq --tlsverify=f", &["word", "false"]),
    ]);
    let unbroken = ask(&["bash", "dq --cacert=Cargo.l", " ", "37"]);
    assert_eq!(unbroken, "word\n--cacert=Cargo.lock\n");
}

#[test]
fn groups_of_endpoints_are_described() {
    let answer = ask(&["bash", "dq -X DELETE /n", " ", "9"]);
    assert_eq!(
        answer,
        "words\n/networks/  (remove a network)\n/nodes/     (remove a node from the swarm)\n"
    );
    check(&[
        (
            "dq --demo /containers/web/attach",
            &["words", "/containers/web/attach/", "/containers/web/attach"],
        ),
        ("dq /info", &["word", "/info"]),
        ("dq /volumes", &["words", "/volumes", "/volumes/"]),
        ("dq -X DELETE /volumes", &["words", "/volumes/"]),
    ]);
}

#[test]
fn long_words_do_not_widen_the_column() {
    let word = |value: String| Candidate::new(value, "about");
    let found = vec![word("a".into()), word("b".repeat(1000)), word("cc".into())];
    let shown = bash::render_words(found, &bash::ShellWord::default(), "9");
    let lines: Vec<_> = shown.lines().skip(1).collect();
    assert_eq!((lines[0], lines[2]), ("a   (about)", "cc  (about)"));
}

#[test]
fn quotes_are_closed_and_history_is_not_expanded() {
    let shown = |value: &str, open| {
        let current = bash::ShellWord {
            open,
            ..bash::ShellWord::default()
        };
        bash::render_words(vec![Candidate::new(value, "")], &current, "9")
    };
    assert_eq!(shown("a", Some('"')), "word\na\n");
    assert_eq!(shown("a\"", Some('"')), "word\na\\\"\"\n");
    assert_eq!(shown("a'", Some('\'')), "word\na'\\'''\n");
    assert_eq!(shown("a'", None), "word\na\\'\n");
    assert_eq!(shown("!!", Some('"')), "words\n");
    assert_eq!(shown("!!", Some('\'')), "word\n!!\n");
    assert_eq!(shown("!!", None), "word\n\\!\\!\n");
}

#[test]
fn nushell_gets_json() {
    let cases: [(&[&str], &str); 5] = [
        (
            &["--demo", "'/containers/js"],
            r#"[{"value":"'/containers/json' ","description":"running containers, or all with all=1"}]"#,
        ),
        (&["--demo", "`/info`", "\"-q", "filters.x"], "[]"),
        (
            &["--demo", "/containers/json?al"],
            r#"[{"value":"'/containers/json?all=","description":"boolean"}]"#,
        ),
        (&["'.a b'", ""], "null"),
        (&["-L", ""], "null"),
    ];
    for (words, expected) in cases {
        let question = [&["nushell", "--"], words].concat();
        assert_eq!(ask(&question), format!("{expected}\n"), "{words:?}");
    }
}

#[test]
fn words_are_unquoted_as_bash_does() {
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

#[test]
fn filters_are_completed() {
    check(&[
        (
            "dq --demo /containers/json '.[].Sta",
            &["words", ".[].State", ".[].Status"],
        ),
        (
            "dq --demo -s /containers/json '.[0][].Statu",
            &["words", ".[0][].Status", ".[0][].Status…"],
        ),
        ("dq --demo -n /containers/json '.[].Statu", &["words"]),
        (
            "dq --demo -n /containers/json 'input[].Statu",
            &["words", "input[].Status", "input[].Status…"],
        ),
        ("dq --demo -R /containers/json '.[].Statu", &["words"]),
        ("dq --demo -f x.jq /containers/json .a", &["words"]),
        (
            "dq --demo /containers/json .[].Statu",
            &["words", ".\\[\\].Status"],
        ),
        (
            "dq --demo /containers/json \".[].Labels[\\\"com.docker.compose.serv",
            &[
                "words",
                ".[].Labels[\\\"com.docker.compose.service\\\"]",
                ".[].Labels[\\\"com.docker.compose.service\\\"]…",
            ],
        ),
        ("dq --demo ps '.[].nam", &["words", ".[].name", ".[].name…"]),
        (
            "dq --demo logs web 'select(.li",
            &["words", "select(.line", "select(.line…"],
        ),
        ("dq --demo logs web '.s", &["words", ".stream", ".stream…"]),
        ("dq --demo inspect '.", &["words"]),
        (
            "dq --demo inspect web '.Restart",
            &["words", ".RestartCount", ".RestartCount…"],
        ),
        (
            "dq --demo -X POST /containers/create -d @x '.War",
            &["words", ".Warnings", ".Warnings…"],
        ),
        (
            "dq --demo -n --arg name x '$na",
            &["words", "$name", "$name…"],
        ),
        (
            "dq --demo /containers/json 'short_",
            &["words", "short_id", "short_id…"],
        ),
        ("dq --demo /containers/json .a .b", &["words"]),
        ("dq --demo --paths /containers/json sta", &["words"]),
        (
            "dq --demo --paths /containers/json '.[].Sta",
            &["words", ".[].State", ".[].Status"],
        ),
        ("dq --demo --exec web '.li", &["words", ".line", ".line…"]),
        ("dq --demo --exec wo", &["word", "worker"]),
        ("dq --demo --exec=wo", &["word", "worker"]),
        (
            "dq --demo /containers/json '.[].sta",
            &["words", ".[].State", ".[].Status"],
        ),
        ("dq 'with_e", &["words"]),
        (
            "dq '.a | with_e",
            &["words", ".a | with_entries(", ".a | with_entries(…"],
        ),
    ]);
}

#[test]
fn lists_show_the_last_part_of_a_filter() {
    let line = "dq --demo /containers/json '.[] | .Sta";
    let listed = ask(&["bash", line, " ", "63"]);
    assert_eq!(listed, "words\nState   (string)\nStatus  (string)\n");
    let fish = ask(&["fish", "--", "--demo", "/containers/json", "'.[0].HostC"]);
    assert_eq!(fish, "words\n.[0].HostConfig\tobject\n.[0].HostConfig.\t\n");
    let zsh = ask(&["zsh", "--", "--demo", "/containers/json", ".[0].Sta"]);
    assert_eq!(
        zsh,
        "described\n0\n.[0].State\n.[0].Status\nState   -- string\nStatus  -- string\n"
    );
}

#[test]
fn files_behind_the_cursor_are_read() {
    let file = std::env::temp_dir().join(format!("dq-tab-{}.json", std::process::id()));
    std::fs::write(&file, r#"{"alpha": {"b c": 1}} {"beta": [{"#).unwrap();
    let path = file.to_str().unwrap();
    let after = |typed: &str| {
        let rest = format!("' {path}");
        ask(&["bash", &format!("dq '{typed}"), " ", "37", &rest])
    };
    assert_eq!(after("."), "words\n.alpha\n.beta\n");
    assert_eq!(
        after(".alpha["),
        "words\n.alpha[\"b c\"]\n.alpha[\"b c\"]…\n"
    );
    let zsh = ask(&["zsh", "1", path, "--", ".be"]);
    assert_eq!(zsh, "described\n0\n.beta\nbeta  -- array of objects\n");
    let folder = ask(&["zsh", "1", "/", "--", ".be"]);
    assert_eq!(folder, "words\n0\n");
    std::fs::remove_file(file).unwrap();
}

#[test]
fn long_objects_are_read_in_time() {
    let keys: String = (0..400_000).map(|it| format!("\"k{it}\": {it},")).collect();
    let start = std::time::Instant::now();
    shape_of_json::shape_of_json(format!("{{{keys}").as_bytes());
    assert!(start.elapsed().as_millis() < 1000, "{:?}", start.elapsed());
}

#[test]
fn malformed_questions_have_no_answer() {
    let cases: [&[&str]; 6] = [
        &[],
        &["zsh"],
        &["zsh", "2", "a", "--"],
        &["zsh", "x", "--", "a"],
        &["zsh", "99999999999999999999", "--", "a"],
        &["bash", "dq .", " ", "9", "", ""],
    ];
    for question in cases {
        assert_eq!(ask(question), "", "{question:?}");
    }
}
