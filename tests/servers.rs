//! Other real servers on UNIX sockets: Podman, Caddy's admin API, nginx.

use std::os::unix::net::UnixStream;
use std::time::Duration;

use crate::support::dq::{Dq, Output, dq};
use crate::support::held::{Held, programs, wait_until_ready};
use crate::support::temp::TempDir;
use crate::support::{free_port, leave_out};

const READY: Duration = Duration::from_secs(30);

/// A server that listens on the socket `s` in its own folder.
struct Server {
    dir: TempDir,
    _program: Held,
}

impl Server {
    /// Starts the program `words[0]` with the other words as arguments; `@DIR@` in them stands for the folder. `None`
    /// if the program is not installed.
    fn start(file: (&str, &str), words: &[&str]) -> Option<Self> {
        let [program] = match programs([words[0]]) {
            Ok(found) => found,
            Err(why) => {
                leave_out(&why);
                return None;
            }
        };
        let dir = TempDir::new();
        let here = |text: &str| text.replace("@DIR@", dir.path().to_str().unwrap());
        dir.write(file.0, here(file.1));
        let mut words: Vec<String> = words.iter().map(|word| here(word)).collect();
        words[0] = program;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let program = Held::program(&dir, &words);
        wait_until_ready(dir.path(), READY, || {
            UnixStream::connect(dir.join("s")).ok()
        });
        Some(Self {
            dir,
            _program: program,
        })
    }

    fn dq(&self, args: &[&str]) -> Dq {
        let socket = self.dir.join("s");
        dq(["--unix-socket", socket.to_str().unwrap()]
            .iter()
            .chain(args))
    }

    fn ask(&self, args: &[&str]) -> Output {
        self.dq(args).run()
    }

    /// Requests a URL in which `@` stands for the socket's path and `%` for its percent-encoded form.
    fn url(&self, url: &str) -> Output {
        let socket = self.dir.join("s").display().to_string();
        let url = url
            .replace('%', &socket.replace('/', "%2F"))
            .replace('@', &socket);
        dq([&url, "-c"]).run()
    }
}

#[test]
fn podman_answers() {
    let words = [
        "podman",
        "--root=@DIR@/root",
        "--runroot=@DIR@/run",
        "--storage-driver=vfs",
        "system",
        "service",
        "--time=0",
        "unix://@DIR@/s",
    ];
    let Some(podman) = Server::start(("unused", ""), &words) else {
        return;
    };
    podman.ask(&["/_ping"]).is("OK");
    podman
        .ask(&["/version", ".Components[0].Name"])
        .is("\"Podman Engine\"\n");
    podman.ask(&["/containers/json", "-c"]).is("[]\n");
    podman
        .ask(&["/v4.0.0/libpod/info", ".store.graphDriverName"])
        .is("\"vfs\"\n");
    let missing = podman.ask(&["/containers/nope/json"]);
    missing.fails(
        22,
        &["404 Not Found: no container with name or ID \"nope\" found: no such container\n"],
    );
    podman
        .ask(&["/libpod/info"])
        .fails(22, &["dq: fetch: 404 Not Found\n"]);
    let filter = podman.ask(&[r#"/containers/json?filters={"x":["y"]}"#]);
    filter.fails(22, &["500 Internal Server Error: ", "invalid filter"]);
    let host = format!("unix://{}", podman.dir.join("s").display());
    dq(["/_ping"]).env("DOCKER_HOST", host).run().is("OK");
}

#[test]
fn caddy_requires_an_empty_host() {
    let config = r#"{"admin": {"listen": "unix/@DIR@/s"}, "apps": {}}"#;
    let words = ["caddy", "run", "--config", "@DIR@/config.json"];
    let Some(caddy) = Server::start(("config.json", config), &words) else {
        return;
    };
    caddy.ask(&["/config/", ".apps", "-c"]).is("{}\n");
    caddy.url("http+unix://%/config/apps").is("{}\n");
    caddy.url("http://unix:@:/config/apps").is("{}\n");
    let named = caddy.ask(&["http://localhost/config/apps"]);
    named.fails(
        22,
        &["403 Forbidden: host not allowed: localhost\n", "hint: "],
    );
    caddy
        .ask(&["http://localhost/config/apps", "-H", "Host:", "-c"])
        .is("{}\n");
}

#[test]
fn nginx_rejects_an_empty_host() {
    let config = "daemon off; pid @DIR@/pid; error_log @DIR@/log; events {}
        http { access_log off; server { listen unix:@DIR@/s; location / {
            default_type application/json; return 200 '{\"host\": \"$http_host\"}'; } } }";
    let words = ["nginx", "-p", "@DIR@", "-c", "@DIR@/nginx.conf"];
    let Some(nginx) = Server::start(("nginx.conf", config), &words) else {
        return;
    };
    let hint =
        "hint: dq sends no host name to a socket; some servers want one: -H 'Host: localhost'\n";
    nginx
        .ask(&["/x"])
        .fails(22, &["dq: fetch: 400 Bad Request\n", hint]);
    let named = nginx.ask(&["/x", "-H", "Host: localhost", ".host"]);
    named.is("\"localhost\"\n");
    // curl --unix-socket does the same.
    nginx
        .ask(&["http://a.test:8080/x", ".host"])
        .is("\"a.test:8080\"\n");
}

/// nginx reports plain HTTP on a TLS port and a missing client certificate in HTTP responses; other servers use TLS alerts.
#[test]
fn nginx_reports_tls_errors_in_http() {
    let port = free_port();
    let config = format!(
        "daemon off; pid @DIR@/pid; error_log @DIR@/log; events {{}}
        http {{ access_log off; server {{ listen unix:@DIR@/s; listen 127.0.0.1:{port} ssl;
        ssl_certificate @DIR@/cert.pem; ssl_certificate_key @DIR@/key.pem;
        ssl_client_certificate @DIR@/cert.pem; ssl_verify_client on;
        location / {{ default_type application/json; return 200 '[1]'; }} }} }}"
    );
    let make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=x -days 2 \
                -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem && exec \"$@\"";
    let words = [
        "sh",
        "-c",
        make,
        "sh",
        "nginx",
        "-p",
        "@DIR@",
        "-c",
        "@DIR@/nginx.conf",
    ];
    if let Err(why) = programs(["nginx", "openssl"]) {
        return leave_out(&why);
    }
    let Some(nginx) = Server::start(("nginx.conf", &config), &words) else {
        return;
    };
    let url = format!("127.0.0.1:{port}/");
    let plain = dq([format!("http://{url}")]).run();
    plain.fails(
        22,
        &[
            "400 ",
            "request was sent to HTTPS port\n",
            "hint: the server wants TLS",
        ],
    );
    let secure = format!("https://{url}");
    let cert = nginx.dir.join("cert.pem");
    let trusting = |more: &[&str]| {
        let args = [secure.as_str(), "-c", "--cacert", cert.to_str().unwrap()];
        dq(args.iter().chain(more)).dir(nginx.dir.path()).run()
    };
    trusting(&[]).fails(
        22,
        &[
            "No required SSL certificate",
            "hint: the server wants a client certificate",
        ],
    );
    trusting(&["--cert", "cert.pem", "--key", "key.pem"]).is("[1]\n");
    dq([&secure])
        .run()
        .fails(60, &["it is self-signed, or an authority's own (CA:TRUE)"]);
}
