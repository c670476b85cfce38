//! Inputs so large that another thread reads most of them: the output is the same as for short ones, for every source.

use std::fmt::Write;

use crate::support::dq::{Dq, dq};
use crate::support::server::{Reply, Server};
use crate::support::temp::TempDir;

/// The containers in a list of 3 MB, one per line.
const COUNT: usize = 20_000;

/// The index of the container whose name is longer than the part kept in front of a page.
const LONG: usize = 15_000;

fn list() -> String {
    let mut text = "[".to_owned();
    for n in 0..COUNT {
        let comma = if n == 0 { "" } else { ",\n" };
        let name = "\\\"Grüße\\\\".repeat(if n == LONG { 20_000 } else { n % 7 });
        write!(
            text,
            "{comma}{{\"Id\":\"{n:064x}\",\"Names\":[\"/{name}\"],\"Labels\":{{\"n\":\"{n}\"}},\"n\":{n}}}"
        )
        .unwrap();
    }
    text + "]\n"
}

fn numbers(count: usize) -> String {
    (0..count).fold(String::new(), |text, n| text + &format!("{n}\n"))
}

/// Checks the run with the text from each source of input.
fn with_each_source(text: &str, args: &[&str], check: impl Fn(Dq)) {
    let dir = TempDir::new();
    let file = dir.write("list.json", text);
    let with = |last: &str| {
        args.iter()
            .copied()
            .chain([last])
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    check(dq(args).stdin(text));
    check(dq(with(file.to_str().unwrap())));
    let server = Server::new([("/list", Reply::json(text))]);
    let args = ["/list"].into_iter().chain(args.iter().copied());
    check(dq(args).env("DOCKER_HOST", server.host()));
}

#[test]
fn every_value_of_a_large_body_is_written() {
    let text = list();
    with_each_source(&text, &[".[].n"], |dq| {
        dq.run().is(&numbers(COUNT));
    });
    with_each_source(
        &text,
        &["-c", ".[] | {n: .Labels.n | tonumber} | .n"],
        |dq| {
            dq.run().is(&numbers(COUNT));
        },
    );
    with_each_source(&text, &["map(.n) | add, length, input_line_number"], |dq| {
        dq.run().is(&format!(
            "{}\n{COUNT}\n{COUNT}\n",
            (0..COUNT).sum::<usize>()
        ));
    });
    with_each_source(&text, &["-r", "[.[].Names[0] | length] | max"], |dq| {
        dq.run()
            .is(&format!("{}\n", 20_000 * "\"Grüße\\".chars().count() + 1));
    });
}

#[test]
fn the_identity_filter_preserves_large_inputs() {
    let text = list();
    let compact = text.replace(",\n", ",");
    with_each_source(&text, &["-c", "."], |dq| {
        dq.run().is(&compact);
    });
    let lines = compact[1..compact.len() - 2].replace("},{", "}\n{") + "\n";
    with_each_source(&lines, &["-c", "."], |dq| {
        dq.run().is(&lines);
    });
}

#[test]
fn text_and_tables_are_complete() {
    let text = list();
    dq(["-R", "-r", "."]).stdin(&*text).run().is(&text);
    let length = format!("{}\n", text.chars().count());
    dq(["-R", "-s", "length"]).stdin(&*text).run().is(&length);
    with_each_source(&text, &["-t", ".[] | {n}"], |dq| {
        assert_eq!(dq.run().text().lines().count(), COUNT + 1);
    });
}

/// Fails unless dq printed this and then failed with this exit code and message.
fn assert_truncated(dq: Dq, printed: &str, code: i32, said: &str) {
    let output = dq.run();
    assert_eq!(output.text(), printed);
    assert_eq!(output.code, code, "{}", output.stderr);
    assert!(output.stderr.contains(said), "{}", output.stderr);
}

#[test]
fn the_error_gives_the_position_of_the_truncation() {
    let text = list();
    let last = format!("\"n\":{}}}", LONG - 1);
    let cut = &text[..text.find(&last).unwrap() + last.len() + 100];
    let unfinished = format!("Unfinished string at EOF at line {}, column 98", LONG + 1);
    assert_truncated(dq([".[].n"]).stdin(cut), &numbers(LONG), 5, &unfinished);

    let server = Server::new([("/list", Reply::cut_chunks(cut))]);
    let asked = dq(["/list", ".[].n"]).env("DOCKER_HOST", server.host());
    assert_truncated(asked, &numbers(LONG), 56, "dq: fetch: connection lost");

    let filter = "try input catch null, input_line_number";
    let server = Server::new([("/list", Reply::cut_chunks("[1,\n2,\n3"))]);
    let asked = dq(["/list", "-n", filter]).env("DOCKER_HOST", server.host());
    assert_truncated(asked, "null\n1\n", 56, "dq: fetch: connection lost");

    let wrong = text.replacen(&format!("\"n\":{}}}", COUNT - 2), "\"n\":1x}", 1);
    let invalid = format!("Invalid numeric literal at line {}, column ", COUNT - 1);
    with_each_source(&wrong, &[".[].n"], |dq| {
        assert_truncated(dq, &numbers(COUNT - 2), 5, &invalid);
    });
}

#[test]
fn a_finished_filter_does_not_wait_for_the_rest_of_the_body() {
    let text = list();
    with_each_source(&text, &["first(.[] | select(.n == 19000)).n"], |dq| {
        dq.run().is("19000\n");
    });
    with_each_source(
        &text,
        &[".[] | select(.n == 19000) | halt_error(7)"],
        |dq| {
            assert_eq!(dq.run().code, 7);
        },
    );
    let output = dq([".[].n"]).stdin(text).until_first_line();
    assert_eq!((output.text(), output.code), ("0\n", 0));
}

#[test]
fn the_head_of_each_page_precedes_its_values() {
    let lines = numbers(3 * COUNT);
    let next = "Content-Type: application/json\r\nLink: </x?p=2>; rel=\"next\"\r\n";
    let (head, page) = (
        Reply::status("200 OK", next, &"[]\n".repeat(700_000)),
        &lines,
    );
    let server = Server::new([("/x?p=2", Reply::json(page)), ("/x", head)]);
    let output = dq(["/x", "--paginate", "-i"])
        .env("DOCKER_HOST", server.host())
        .run();
    let text = output.text();
    let heads: Vec<_> = text.match_indices("HTTP/1.1 200 OK").collect();
    assert_eq!(heads.len(), 2);
    let (first, second) = text.split_at(heads[1].0);
    assert_eq!(first.matches("[]\n").count(), 700_000);
    assert!(second.ends_with(page.as_str()));
}

#[test]
fn a_finished_filter_ignores_a_later_error_in_a_post() {
    let mut text = String::new();
    for n in 0..COUNT {
        writeln!(text, "{{\"n\":{n},\"status\":\"{:150}\"}}", "").unwrap();
        if n == 9_500 {
            text.push_str(
                "{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}\n",
            );
        }
    }
    let server = Server::new([("/build", Reply::json(&text))]);
    let ask = |filter| {
        let asked = dq(["-X", "POST", "/build", "-n", filter]);
        asked.env("DOCKER_HOST", server.host())
    };
    ask("first(inputs | select(.n == 7500)).n")
        .run()
        .is("7500\n");
    assert_truncated(
        ask("[inputs] | length"),
        &format!("{}\n", COUNT + 1),
        22,
        "no space left",
    );
}
