//! Saved filters: compared with the docker command that each replaces, run in plain jq, and listed in the documentation.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::daemon::find;
use crate::support::dq::{Output, clean, dq, run};
use crate::support::engine::{Engine, engine, scratch};
use crate::support::leave_out;
use crate::support::temp::TempDir;

/// Rows of strings, sorted because engines return some lists in arbitrary order.
type Rows = Vec<Vec<String>>;

fn rows_of(text: &str) -> Rows {
    let cells = |line: &str| line.split('|').map(|it| it.trim().to_owned()).collect();
    let mut rows: Rows = text.lines().map(cells).collect();
    rows.sort();
    rows
}

/// The rows of a Markdown table, without its header.
fn rows_of_markdown(text: &str) -> Rows {
    let rows = text.lines().skip(2).map(|line| {
        let cells = line.trim_matches('|').split('|');
        cells.map(|it| it.trim().replace('\\', "")).collect()
    });
    let mut rows: Rows = rows.collect();
    rows.sort();
    rows
}

/// Compares the rows of a docker command with those that a saved filter shows, whose `columns` are put into docker's
/// order.
#[track_caller]
fn assert_same_rows(engine: &Engine, docker: &[&str], saved: &[&str], columns: &str) {
    assert_same_table(engine, docker, &[saved, &["--columns", columns]].concat());
}

/// Compares the rows of a docker command with those that a command line of dq shows. More than once: if a second passes
/// between the two commands, an age differs, and other tests create and remove containers.
#[track_caller]
fn assert_same_table(engine: &Engine, docker: &[&str], args: &[&str]) {
    let args = [args, &["-o", "markdown"]].concat();
    let mut last = (Rows::new(), Rows::new());
    for _ in 0..5 {
        let output = engine.dq(&args).run();
        assert_eq!((output.stderr.as_str(), output.code), ("", 0), "{args:?}");
        last = (
            rows_of(&engine.docker(docker)),
            rows_of_markdown(output.text()),
        );
        if last.0 == last.1 && !last.0.is_empty() {
            return;
        }
    }
    panic!(
        "{docker:?} and {args:?} differ:\n{:#?}\n{:#?}",
        last.0, last.1
    );
}

#[test]
fn container_lists_match_docker() {
    let Some(engine) = engine() else { return };
    // docker truncates and quotes the command, and lists 0.0.0.0 and [::] separately.
    let format = "{{.ID}}|{{.Image}}|{{.RunningFor}}|{{.Status}}|{{.Names}}";
    let columns = "id, image, created, status, name";
    let only = "-q=filters.label=tier";
    let filter = ["--filter", "label=tier", "--format", format];
    assert_same_rows(
        engine,
        &[&["ps"], &filter[..]].concat(),
        &["ps", only],
        columns,
    );
    assert_same_rows(
        engine,
        &[&["ps", "-a"], &filter[..]].concat(),
        &["psa", only],
        columns,
    );
    let commands = [
        "ps",
        "--no-trunc",
        "--filter",
        "label=tier",
        "--format",
        "{{.Command}}",
    ];
    assert_same_rows(engine, &commands, &["ps", only], "command|tojson");
}

#[test]
fn names_and_ids_match_docker() {
    let Some(engine) = engine() else { return };
    let lines = |output: Output| rows_of(output.text());
    let names = engine.docker(&["ps", "--filter", "label=tier", "--format", "{{.Names}}"]);
    assert_eq!(
        lines(engine.dq(&["names", "-q=filters.label=tier"]).run()),
        rows_of(&names)
    );
    let ids = engine.docker(&["ps", "-q", "--filter", "label=tier"]);
    assert_eq!(
        lines(engine.dq(&["ids", "-q=filters.label=tier"]).run()),
        rows_of(&ids)
    );
}

#[test]
fn inspected_fields_match_docker() {
    let Some(engine) = engine() else { return };
    let environment = engine.docker(&[
        "inspect",
        "web",
        "-f",
        "{{range .Config.Env}}{{println .}}{{end}}",
    ]);
    let output = engine.dq(&["environment", "web"]).run();
    assert_eq!(output.text().trim_end(), environment.trim_end());
    let restarts = "{{.RestartCount}}|{{.HostConfig.RestartPolicy.Name}}|{{.State.Status}}|{{.State.ExitCode}}";
    let columns = ".restarts, .policy, .state, .exit_code";
    let shown = format!("[{columns}] | map(tostring) | join(\"|\")");
    let output = engine.dq(&["restarts", "gone", &shown, "-r"]).run();
    assert_eq!(
        output.text().trim_end(),
        engine.docker(&["inspect", "gone", "-f", restarts])
    );
    let theirs: Value = serde_json::from_str(&engine.docker(&["inspect", "gone"])).unwrap();
    let ours: Value = serde_json::from_str(engine.dq(&["inspect", "gone"]).run().text()).unwrap();
    assert_eq!(ours["State"], theirs[0]["State"]);
}

#[test]
fn labels_mounts_and_addresses_match_docker() {
    let Some(engine) = engine() else { return };
    let labels = engine.docker(&[
        "inspect",
        "web",
        "-f",
        "{{range $k, $v := .Config.Labels}}web|{{$k}}|{{$v}}\n{{end}}",
    ]);
    let filter = r#".[] | select(.name == "web") | [.name, .label, .value] | join("|")"#;
    let output = engine.dq(&["labelled", filter, "-r"]).run();
    assert_eq!(rows_of(output.text()), rows_of(labels.trim_end()));
    let format = "{{range .Mounts}}{{.Type}}|{{.Destination}}|{{.RW}}\n{{end}}";
    let mounts = engine.docker(&["inspect", "web", "-f", format]);
    let filter = r#".[] | select(.name == "web") | "\(.type)|\(.destination)|\(.mode == "rw")""#;
    let output = engine.dq(&["mounts", filter, "-r"]).run();
    assert_eq!(rows_of(output.text()), rows_of(mounts.trim_end()));
    let format =
        "{{range $name, $it := .NetworkSettings.Networks}}{{$name}}|{{$it.IPAddress}}\n{{end}}";
    let addresses = engine.docker(&["inspect", "web", "-f", format]);
    let filter = r#".[] | select(.name == "web") | "\(.network)|\(.ip // "")""#;
    let output = engine.dq(&["ips", filter, "-r"]).run();
    assert_eq!(rows_of(output.text()), rows_of(addresses.trim_end()));
}

#[test]
fn logs_changes_and_processes_match_docker() {
    let Some(engine) = engine() else { return };
    engine
        .dq(&["logs", "logger", "-q=stderr=0"])
        .run()
        .is("out 1\nout 2\nout 3\n");
    let changes = |text: &str| rows_of(text);
    let output = engine.dq(&["diff", "web"]).run();
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    assert_eq!(
        changes(output.text()),
        changes(&engine.docker(&["diff", "web"]))
    );
    let processes = engine.docker(&["top", "web"]);
    let columns: Vec<&str> = processes
        .lines()
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let filter = "map(keys_unsorted), map(.CMD)";
    let output = engine.dq(&["top", "web", filter, "-c"]).run();
    let mut lines = output
        .text()
        .lines()
        .map(|it| serde_json::from_str::<Value>(it).unwrap());
    assert_eq!(lines.next().unwrap(), serde_json::json!([columns]));
    assert_eq!(lines.next().unwrap(), serde_json::json!(["sleep 100000"]));
}

/// The numbers change between two calls, so only the columns are compared; recorded responses test the calculation.
#[test]
fn stats_have_the_columns_of_docker() {
    let Some(engine) = engine() else { return };
    let format = "{{.ID}}|{{.Name}}|{{.PIDs}}";
    let theirs = engine.docker(&["stats", "--no-stream", "--format", format, "web"]);
    let columns = ["-o", "markdown", "--columns", "id, name, pids"];
    let ours = engine.dq(&[&["stats", "web"], &columns[..]].concat()).run();
    assert_eq!(rows_of_markdown(ours.text()), rows_of(&theirs));
    let table = engine.docker(&["stats", "--no-stream", "web"]);
    let titles = |text: &str| {
        let header = text.lines().next().unwrap_or_default();
        let titles = header
            .split("   ")
            .map(str::trim)
            .filter(|it| !it.is_empty());
        titles.map(str::to_owned).collect::<Vec<_>>()
    };
    let ours = engine.dq(&["stats", "web"]).run();
    // docker calls the first column CONTAINER ID.
    assert_eq!(titles(ours.text())[1..], titles(&table)[1..]);
    let filter = r#"map((.cpu, .memory, .limit, .net_in, .pids) | type) | unique"#;
    engine
        .dq(&["stats", "web", filter, "-c"])
        .run()
        .is("[\"number\"]\n");
}

#[test]
fn images_match_docker() {
    let Some(engine) = engine() else { return };
    let format = "{{.Repository}}|{{.Tag}}|{{.ID}}|{{.CreatedSince}}|{{.Size}}";
    let columns = "repository, tag, id, created, size";
    assert_same_rows(
        engine,
        &["images", "--format", format],
        &["images"],
        columns,
    );
    let format = "{{.ID}}|{{.CreatedSince}}|{{.CreatedBy}}|{{.Size}}|{{.Comment}}";
    let columns = "id, created, created_by, size, comment";
    let history = [
        "history",
        "--no-trunc=false",
        "--format",
        format,
        "busybox:test",
    ];
    assert_same_rows(engine, &history, &["history", "busybox:test"], columns);
}

#[test]
fn networks_volumes_and_disk_usage_match_docker() {
    let Some(engine) = engine() else { return };
    engine.docker(&["volume", "create", "saved-test"]);
    let format = "{{.ID}}|{{.Name}}|{{.Driver}}|{{.Scope}}";
    let columns = "id, name, driver, scope";
    assert_same_rows(
        engine,
        &["network", "ls", "--format", format],
        &["networks"],
        columns,
    );
    let format = "{{.Driver}}|{{.Name}}";
    assert_same_rows(
        engine,
        &["volume", "ls", "--format", format],
        &["volumes"],
        "driver, name",
    );
    let format = "{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}";
    assert_same_table(
        engine,
        &["system", "df", "--format", format],
        &["df", ".[:4]"],
    );
}

#[test]
fn lists_are_sorted_as_in_docker() {
    let Some(engine) = scratch() else { return };
    let names = [
        "a10b2", "a-1", "a2", "b10", "a01", "ab", "a1", "B10", "a.b", "a10b10", "b9", "10", "a_b",
    ];
    for name in names {
        engine.docker(&["volume", "create", "--label", "sorted", &format!("o{name}")]);
    }
    let format = "{{.Name}}";
    let only = "label=sorted";
    let theirs = engine.docker(&["volume", "ls", "--filter", only, "--format", format]);
    let output = engine
        .dq(&["volumes", "-q=filters.label=sorted", ".[].name", "-r"])
        .run();
    assert_eq!(output.text().trim_end(), theirs);
    assert_eq!(theirs.lines().count(), names.len());
}

#[test]
fn event_lines_match_docker() {
    let Some(engine) = engine() else { return };
    let filter = r#"[.Created, .State.FinishedAt] | map(.[:19] + "Z" | fromdate) | .[0], .[1] + 1"#;
    let times = engine.dq(&["/containers/gone/json", filter]).run();
    let (since, until) = times.text().trim_end().split_once('\n').unwrap();
    let only = "container=gone";
    let theirs = engine.docker(&[
        "events", "--since", since, "--until", until, "--filter", only,
    ]);
    let filters = format!("-q=filters.{only}");
    let (since, until) = (format!("-q=since={since}"), format!("-q=until={until}"));
    let output = engine.dq(&["events", &since, &until, &filters]).run();
    assert_eq!(output.text().trim_end(), theirs);
    assert!(theirs.contains(" container start "), "{theirs}");
}

/// Each built-in filter, exported as one program for plain jq, gives the same values for the same response.
#[test]
fn standalone_programs_run_in_plain_jq() {
    let Some(jq) = find("jq") else {
        return leave_out("no jq here");
    };
    let list = dq(["--list", "-r", r#".[] | "\(.name) \(.endpoint)""#]).run();
    let mut compared = 0;
    for line in list.text().lines() {
        let (name, endpoint) = line.split_once(' ').unwrap();
        let Some(answer) = demo_answer(endpoint) else {
            continue;
        };
        let program = dq(["--show", name, "--standalone"]).run();
        if dq(["--show", name]).run().text().contains("fetch(") {
            program.fails(
                3,
                &["dq: filter: fetch asks the host, which plain jq cannot"],
            );
            continue;
        }
        let home = TempDir::new();
        let mut command = Command::new(&jq);
        clean(&mut command, home.path());
        command.args(["-c", program.text()]);
        let theirs = run(command, answer.clone());
        let ours = dq(["-c", &format!(". | {name}")]).stdin(answer).run();
        assert_eq!(
            (theirs.stderr.as_str(), theirs.text()),
            ("", ours.text()),
            "{name}"
        );
        compared += 1;
    }
    assert!(compared > 15, "only {compared} were compared");
}

#[test]
fn every_built_in_filter_has_output_with_the_sample_engine() {
    let list = dq([
        "--list",
        "-r",
        r#".[] | select(.endpoint) | "\(.name) \(.endpoint)""#,
    ])
    .run();
    for line in list.text().lines() {
        let (name, endpoint) = line.split_once(' ').unwrap();
        let words: &[&str] = match endpoint {
            it if !it.contains("{name") => &[],
            it if it.starts_with("/images/") => &["postgres:16"],
            _ => &["web"],
        };
        let output = dq([&["--demo", name], words].concat()).run();
        // A container's own standard error is no complaint.
        let complaint = output.stderr.lines().find(|line| line.starts_with("dq: "));
        assert_eq!((complaint, output.code), (None, 0), "{name}");
        let rows = dq([&["--demo", name], words, &["-c", "."]].concat()).run();
        assert!(!["", "[]\n", "null\n"].contains(&rows.text()), "{name}");
    }
}

/// The sample engine's response; `None` if it has none or if it is not JSON.
fn demo_answer(endpoint: &str) -> Option<Vec<u8>> {
    let endpoint = match endpoint {
        "null" => "/containers/json".to_owned(),
        it if it.contains("/logs?") || it == "/events" => return None,
        it if it.starts_with("/images/") => it.replace("{name}", "postgres:16"),
        it => it.replace("{name}", "web"),
    };
    let output = dq(["--demo", "-c", &endpoint]).run();
    (output.code == 0).then_some(output.stdout)
}

#[test]
fn the_documentation_lists_every_built_in_saved_filter() {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/saved-filters.md");
    let chapter = std::fs::read_to_string(chapter).unwrap();
    let listed: BTreeMap<String, String> = chapter
        .lines()
        .skip_while(|line| *line != "## Built-in saved filters")
        .skip(1)
        .take_while(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let (name, about) = line.strip_prefix("| `")?.split_once("` | ")?;
            let name = name.split(' ').next()?.to_owned();
            Some((
                name,
                about.split(" | ").next()?.trim_end_matches(" |").to_owned(),
            ))
        })
        .collect();
    let list = dq(["--list", "-c", "map({(.name): .about}) | add"]).run();
    let known: BTreeMap<String, String> = serde_json::from_str(list.text()).unwrap();
    assert_eq!(listed, known);
}

/// A run of dq with this home directory.
fn at_home(home: &TempDir, args: &[&str]) -> crate::support::dq::Dq {
    dq(args).env("HOME", home.path())
}

#[test]
fn a_saved_command_runs_as_typed() {
    let Some(engine) = engine() else { return };
    let home = TempDir::new();
    let (status, name) = ("filters.status=exited", "filters.name=^/gone$");
    let typed = [
        "psa",
        "-q",
        status,
        "-q",
        name,
        "map({name, status})",
        "-o",
        "csv",
    ];
    let output = at_home(&home, &[&["--save", "old"], &typed[..]].concat()).run();
    assert_eq!((output.stderr.as_str(), output.code), ("", 0));
    let file = home.join(".config/dq/filters/old.jq");
    assert_eq!(output.text(), format!("{}\n", file.display()));
    let endpoint =
        r#"/containers/json?all=1&filters={\"status\":[\"exited\"],\"name\":[\"^/gone$\"]}"#;
    let text = format!(
        "module {{endpoint: \"{endpoint}\", output: \"csv\"}};\npsa | map({{name, status}})\n"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    let ours = at_home(&home, &["old"])
        .env("DOCKER_HOST", engine.host())
        .run();
    assert!(
        ours.text().starts_with("name,status\ngone,Exited (3) "),
        "{}",
        ours.text()
    );
    let fewer = ["old", "-q", "filters.name=^/nobody$", "length"];
    at_home(&home, &fewer)
        .env("DOCKER_HOST", engine.host())
        .run()
        .is("0\n");
}

#[test]
fn replacing_a_file_keeps_its_path_and_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let home = TempDir::new();
    let file = home.write("dotfiles/web.jq", ".");
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(&file, private).unwrap();
    let link = home.join(".config/dq/filters/web.jq");
    std::fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink(&file, &link).unwrap();
    let output = at_home(
        &home,
        &["--save", "web", "--force", "/containers/web/json", ".State"],
    )
    .run();
    output.is(&format!("{}\n", link.display()));
    let text = "module {endpoint: \"/containers/web/json\"};\n.State\n";
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert!(link.is_symlink());
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let names = |it: &Path| std::fs::read_dir(it).unwrap().count();
    assert_eq!(
        (names(link.parent().unwrap()), names(file.parent().unwrap())),
        (1, 1)
    );
}

#[test]
fn an_unreadable_file_is_listed_as_user_filter() {
    let home = TempDir::new();
    let folder = home.join(".config/dq/filters");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bytes_only.jq"), [0xff, 0xfe]).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.join("endless.jq")).unwrap();
    std::fs::create_dir(folder.join("folder.jq")).unwrap();
    let filter = r#".[] | select(.name == "bytes_only") | .from, .about"#;
    let about = "broken: cannot read @/bytes_only.jq: it is not valid UTF-8";
    let about = about.replace('@', folder.to_str().unwrap());
    let expected = format!("yours\n{about}\n");
    at_home(&home, &["--list", "-r", filter])
        .run()
        .is(&expected);
    let yours = r#"map(select(.from == "yours").name)"#;
    let output = at_home(&home, &["--list", "-c", yours]).run();
    output.is("[\"bytes_only\",\"endless\"]\n");
    at_home(&home, &["-n", "1"]).run().is("1\n");
    assert_eq!(at_home(&home, &["endless"]).run().code, 2);
}

#[test]
fn editing_resumes_a_rejected_draft_until_the_file_changes() {
    let home = TempDir::new();
    let edit = |editor: &str| {
        at_home(&home, &["--edit", "mine"])
            .env("VISUAL", editor)
            .run()
    };
    let save = |filter: &str, more: &[&str]| {
        let args = [&["--save", "mine", filter], more].concat();
        assert_eq!(at_home(&home, &args).run().code, 0);
    };
    let shows = |text: &str| {
        at_home(&home, &["--show", "mine"]).run().is(text);
    };
    save(".a", &[]);
    assert_eq!(edit("sed -i s/a/a+/").code, 3);
    assert_eq!(edit("sed -i s/$/1/").code, 0);
    shows(".a+1\n");
    // The editor opens the file itself once it is newer than the rejected draft.
    assert_eq!(edit("sed -i s/1/+/").code, 3);
    std::thread::sleep(std::time::Duration::from_millis(20));
    save(".b", &["--force"]);
    assert_eq!(edit("sed -i s/b/c/").code, 0);
    shows(".c\n");
    // Removing a filter also removes its draft.
    assert_eq!(edit("sed -i s/c/c+/").code, 3);
    assert_eq!(at_home(&home, &["--remove", "mine"]).run().code, 0);
    save(".d", &[]);
    assert_eq!(edit("sed -i s/d/e/").code, 0);
    shows(".e\n");
}
