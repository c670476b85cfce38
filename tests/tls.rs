//! dq against real dockerds with TLS: valid and invalid certificates, from `tls.json`.
//!
//! | field | |
//! |---|---|
//! | `name` | what the case shows |
//! | `server` | the server's certificate, made by `support/certificates`; `plain` is a server without TLS |
//! | `certs` | a folder created by that script: DOCKER_CERT_PATH, with DOCKER_TLS_VERIFY=1 |
//! | `env` | other variables |
//! | `args` | default: `--host tcp://@AT@`; a filter, and `/version` unless a URL is given, are appended |
//! | `code`, `says` | exit code, and text that standard error contains; default: dq prints the version and nothing on standard error |
//!
//! `@AT@` stands for address and port of the server, `@PORT@` for its port, `@CERTS@` for the script's folder.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};

use serde_json::{Map, Value};

use crate::support::daemon::{Daemon, certificates, inside};
use crate::support::dq::{Output, dq};
use crate::support::temp::TempDir;
use crate::support::{free_port, leave_out};

type Case = Map<String, Value>;

/// One server for each certificate, each on its own port.
struct Servers {
    certs: String,
    ports: BTreeMap<String, u16>,
    _daemons: Vec<Daemon>,
}

fn servers() -> Option<&'static Servers> {
    static SERVERS: OnceLock<Result<Servers, String>> = OnceLock::new();
    match SERVERS.get_or_init(Servers::start) {
        Ok(servers) => Some(servers),
        Err(why) => {
            leave_out(why);
            None
        }
    }
}

impl Servers {
    fn start() -> Result<Self, String> {
        let certs = certificates("certs")?;
        let names: Vec<String> = cases().iter().map(|it| text(it, "server").into()).collect();
        let mut ports: BTreeMap<String, u16> = BTreeMap::new();
        let mut daemons = Vec::new();
        for name in names {
            if ports.contains_key(&name) {
                continue;
            }
            let port = free_port();
            daemons.push(daemon(&name, port, &certs)?);
            ports.insert(name, port);
        }
        daemons.iter().try_for_each(Daemon::wait)?;
        Ok(Self {
            certs,
            ports,
            _daemons: daemons,
        })
    }
}

fn daemon(name: &str, port: u16, certs: &str) -> Result<Daemon, String> {
    let listen = format!("--host=tcp://127.0.0.1:{port}");
    if name == "plain" {
        return Daemon::start("tls-plain", &["--tls=false", &listen]);
    }
    let certs = inside(certs);
    let [ca, cert, key] = [
        format!("--tlscacert={certs}/ca.pem"),
        format!("--tlscert={certs}/{name}.pem"),
        format!("--tlskey={certs}/{name}-key.pem"),
    ];
    let options = ["--tlsverify", &ca, &cert, &key, &listen];
    Daemon::start(&format!("tls-{name}"), &options)
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("tls.json")).unwrap()
}

fn text<'a>(case: &'a Case, field: &str) -> &'a str {
    case.get(field).and_then(Value::as_str).unwrap_or_default()
}

impl Servers {
    fn filled(&self, text: &str, case: &Case) -> String {
        let port = self.ports[self::text(case, "server")].to_string();
        text.replace("@AT@", &format!("127.0.0.1:{port}"))
            .replace("@PORT@", &port)
            .replace("@CERTS@", &self.certs)
    }

    fn run(&self, case: &Case) -> Output {
        let word = |value: &Value| self.filled(value.as_str().unwrap(), case);
        let mut args: Vec<String> = match case.get("args") {
            Some(Value::Array(args)) => args.iter().map(word).collect(),
            _ => vec![self.filled("--host=tcp://@AT@", case)],
        };
        if !args.iter().any(|arg| arg.ends_with("/version")) {
            args.push("/version".into());
        }
        args.extend(["-r".into(), ".ApiVersion | type".into()]);
        let mut run = dq(&args);
        if let Some(Value::String(certs)) = case.get("certs") {
            run = run
                .env("DOCKER_TLS_VERIFY", "1")
                .env("DOCKER_CERT_PATH", format!("{}/{certs}", self.certs));
        }
        for (name, value) in case
            .get("env")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            run = run.env(name, word(value));
        }
        run.run()
    }

    /// Describes how a case fails; `None` if it passes.
    fn mismatch(&self, case: &Case) -> Option<String> {
        let output = self.run(case);
        let code = case.get("code").and_then(Value::as_i64).unwrap_or(0);
        let says: Vec<String> = case
            .get("says")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|it| self.filled(it.as_str().unwrap(), case))
            .collect();
        let stdout = if says.is_empty() { "string\n" } else { "" };
        let said = if says.is_empty() {
            output.stderr.is_empty()
        } else {
            says.iter().all(|it| output.stderr.contains(it.as_str()))
        };
        let right = said && output.text() == stdout && i64::from(output.code) == code;
        let name = text(case, "name");
        (!right).then(|| format!("\n{name}: expected {code} {says:?}\n{output:?}\n"))
    }
}

#[test]
fn valid_and_invalid_certificates() {
    let Some(servers) = servers() else { return };
    let faults: Vec<String> = cases()
        .iter()
        .filter_map(|it| servers.mismatch(it))
        .collect();
    assert!(
        faults.is_empty(),
        "{} failing{}",
        faults.len(),
        faults.concat()
    );
}

/// Starts a proxy that connects every request to this port; returns its own port and a thread that yields the request.
fn proxy(port: u16) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    let asked = thread::spawn(move || {
        let mut near = listener.accept().unwrap().0;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            near.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .unwrap();
        let mut far = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (mut from, mut to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut from, &mut to));
        let _ = io::copy(&mut near, &mut far);
        String::from_utf8(head).unwrap()
    });
    (own, asked)
}

/// The proxy resolves the host name, and the certificate must match that name.
#[test]
fn tls_works_through_a_proxy() {
    let Some(servers) = servers() else { return };
    let (port, asked) = proxy(servers.ports["elsewhere"]);
    let host = "tcp://a.engine.test:2376";
    let output = dq(["--host", host, "/version", ".ApiVersion | type", "-r"])
        .env("HTTPS_PROXY", format!("127.0.0.1:{port}"))
        .env("DOCKER_TLS_VERIFY", "1")
        .env("DOCKER_CERT_PATH", format!("{}/docs", servers.certs))
        .run();
    output.is("string\n");
    let head = asked.join().unwrap();
    assert!(
        head.starts_with("CONNECT a.engine.test:2376 HTTP/1.1\r\nHost: a.engine.test:2376\r\n")
    );
}

/// docker stores the certificates of each context in a separate folder and ignores the TLS variables for them.
#[test]
fn a_context_uses_its_own_certificates() {
    let Some(servers) = servers() else { return };
    let at = |server: &str| format!("tcp://127.0.0.1:{}", servers.ports[server]);
    let certs = &servers.certs;
    let home = TempDir::new();
    let docker = |name: &str, endpoint: &str| {
        let status = Command::new("docker")
            .args(["context", "create", name, "--docker", endpoint])
            .env("DOCKER_CONFIG", home.join(".docker"))
            .output();
        let status = status.unwrap();
        assert!(status.status.success(), "{status:?}");
    };
    let files = format!("ca={certs}/ca.pem,cert={certs}/cert.pem,key={certs}/key.pem");
    docker("good", &format!("host={},{files}", at("server")));
    docker("bad", &format!("host={},{files}", at("expired")));
    docker(
        "lax",
        &format!("host={},{files},skip-tls-verify=true", at("expired")),
    );
    docker("bare", &format!("host={}", at("server")));
    let ask = |name: &str| {
        let run = dq(["--context", name, "/version", ".ApiVersion | type", "-r"]);
        let run = run.env("DOCKER_CONFIG", home.join(".docker"));
        run.env("DOCKER_TLS_VERIFY", "1")
            .env("DOCKER_CERT_PATH", "/nope")
            .run()
    };
    ask("good").is("string\n");
    ask("lax").is("string\n");
    ask("bad").fails(60, &["it expired on 2021-01-01"]);
    ask("bare").fails(22, &["HTTP request to an HTTPS server"]);
}
