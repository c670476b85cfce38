//! What a release contains: the image, run in a real engine; the list of files in the .deb; the version it prints.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::dq::{BINARY, Output, clean, dq, run};
use crate::support::engine::{Engine, scratch};
use crate::support::temp::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary of the release that `.ci/release` checks, else the one that the tests build.
fn binary() -> PathBuf {
    std::env::var_os("DQ_TEST_BINARY").map_or_else(|| BINARY.into(), PathBuf::from)
}

/// Builds the image `dq:test` from `.ci/Dockerfile`.
fn build(engine: &Engine) {
    let context = TempDir::new();
    fs::copy(binary(), context.join("dq")).unwrap();
    let file = root().join(".ci/Dockerfile");
    let mut docker = Command::new("docker");
    clean(&mut docker, context.path());
    docker
        .env("DOCKER_HOST", engine.host())
        .env("DOCKER_BUILDKIT", "0")
        .args(["build", "-q", "-t", "dq:test", "-f"])
        .arg(file)
        .arg(context.path());
    let output = run(docker, Vec::new());
    assert_eq!(output.code, 0, "{}", output.stderr);
}

/// Runs dq in a container of the image.
fn inside(engine: &Engine, options: &[&str], words: &[&str]) -> Output {
    let mut docker = Command::new("docker");
    let home = TempDir::new();
    clean(&mut docker, home.path());
    docker
        .env("DOCKER_HOST", engine.host())
        .args(["run", "--rm", "--pull", "never", "--network", "host"])
        .args(options)
        .arg("dq:test")
        .args(words);
    run(docker, Vec::new())
}

#[test]
fn the_image_needs_nothing_but_the_socket() {
    let Some(engine) = scratch() else { return };
    build(engine);
    engine.run("packaged", &[], "sleep 100000");
    let mount = format!("{}:/var/run/docker.sock", engine.inner_socket());
    let socket = ["-v", mount.as_str()];
    let names = inside(engine, &socket, &["/containers/json", ".[].Names"]);
    assert!(names.text().contains("\"/packaged\""), "{names:?}");
    assert_eq!((names.stderr.as_str(), names.code), ("", 0));
    let table = inside(engine, &socket, &["ps", "map({name, image})"]);
    assert!(table.text().contains("packaged"), "{table:?}");
    inside(engine, &[], &["/info"]).fails(7, &["/var/run/docker.sock"]);
    // Name resolution and TLS work although the image has no other file.
    let (port, certificates) = engine.tls();
    let mount = format!("{certificates}:/certs:ro");
    let host = format!("tcp://localhost:{port}");
    let tls = [
        "-v",
        mount.as_str(),
        "-e",
        "DOCKER_CERT_PATH=/certs",
        "-e",
        "DOCKER_TLS_VERIFY=1",
    ];
    let version = inside(engine, &tls, &["--host", &host, "/version", "-r", ".Os"]);
    assert_eq!((version.text(), version.stderr.as_str()), ("linux\n", ""));
    let unknown = inside(
        engine,
        &tls,
        &["--host", "tcp://name.invalid:1", "/version"],
    );
    assert_eq!(unknown.code, 6, "{unknown:?}");
    image_is_the_binary(engine);
    engine.docker(&["rm", "-f", "packaged"]);
}

/// The image contains nothing but the binary. Saves it if DQ_TEST_IMAGE names a file.
fn image_is_the_binary(engine: &Engine) {
    let size = engine.docker(&["image", "inspect", "dq:test", "--format", "{{.Size}}"]);
    let size: u64 = size.parse().unwrap();
    assert_eq!(size, fs::metadata(binary()).unwrap().len());
    if let Ok(image) = std::env::var("DQ_TEST_IMAGE") {
        engine.docker(&["tag", "dq:test", "dq:latest"]);
        engine.docker(&["save", "dq:latest", "-o", &image]);
    }
}

#[test]
fn the_long_version_names_commit_and_target() {
    let short = concat!("dq ", env!("CARGO_PKG_VERSION"), "\n");
    dq(["-V"]).run().is(short);
    let output = dq(["--version"]).run();
    let text = output.text();
    let rest = text.strip_prefix(short).unwrap();
    // A build outside a git repository prints no commit.
    let target = match rest.strip_prefix("commit: ") {
        Some(rest) => {
            let (commit, target) = rest.split_once('\n').unwrap();
            let (hash, date) = commit.split_once(' ').unwrap();
            assert!(
                hash.len() >= 9 && date.len() == "2026-11-28".len(),
                "{text}"
            );
            target
        }
        None => rest,
    };
    let triple = target.strip_prefix("target: ").unwrap();
    assert!(triple.starts_with(std::env::consts::ARCH), "{text}");
    assert_eq!(
        (text.lines().last(), output.code),
        (Some(target.trim_end()), 0)
    );
}

#[test]
fn the_deb_lists_existing_files_and_all_completions() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, deb) = manifest.split_once("[package.metadata.deb]").unwrap();
    let (deb, _) = deb.split_once("\n[").unwrap();
    assert!(deb.contains("\nconflicts = \"dq\"\n"));
    let assets = deb.lines().filter_map(|line| {
        let line = line.trim().strip_prefix("[\"")?;
        Some(line.split('"').next().unwrap())
    });
    // The chapters are listed by a pattern.
    let assets = assets.filter(|it| !["target/release/dq", "docs/*.md"].contains(it));
    let assets: Vec<_> = assets.collect();
    assert!(assets.len() > 5);
    for asset in assets {
        assert!(root().join(asset).is_file(), "{asset}");
    }
    for entry in fs::read_dir(root().join("completions")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let shipped = deb.contains(&format!("completions/{name}\""));
        // The catalogue of endpoints is embedded in the binary.
        assert!(
            shipped || ["endpoints.tsv", "fields.txt"].contains(&&*name),
            "{name} is not in the .deb"
        );
    }
}

#[test]
fn the_licence_texts_of_all_packages_are_there() {
    let root = env!("CARGO_MANIFEST_DIR");
    let tree = "tree --locked --offline -p dq-cli -e normal --prefix none";
    let mut command = Command::new(env!("CARGO"));
    let tree = command.args(tree.split(' ')).current_dir(root).output();
    let tree = String::from_utf8(tree.unwrap().stdout).unwrap();
    let texts = fs::read_to_string(format!("{root}/THIRD-PARTY-LICENSES")).unwrap();
    let named: BTreeSet<&str> = texts.lines().collect();
    let packages = tree.lines().filter(|line| !line.contains(root));
    let packages = packages.filter_map(|line| {
        let mut words = line.split(' ');
        Some(format!(
            "{} {}",
            words.next()?,
            words.next()?.strip_prefix('v')?
        ))
    });
    let packages: BTreeSet<String> = packages.collect();
    assert!(packages.len() > 50, "{tree}");
    let missing: Vec<_> = packages
        .iter()
        .filter(|it| !named.contains(&***it))
        .collect();
    assert!(missing.is_empty(), "run .ci/licenses: {missing:?}");
}
