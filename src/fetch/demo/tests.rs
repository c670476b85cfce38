//! Requests to the sample engine over its socket, as dq sends them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{connect, response};

/// Sends the requests on one connection and returns everything it receives.
fn exchange(requests: &str) -> String {
    let mut stream = connect().unwrap();
    stream.write_all(requests.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

/// Head and body of the response to one GET; a chunked body is decoded.
fn get(target: &str) -> (String, Vec<u8>) {
    let mut stream = connect().unwrap();
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let split = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..split].to_vec()).unwrap();
    let body = answer[split + 4..].to_vec();
    let body = if head.contains("chunked") {
        unchunked(&body)
    } else {
        body
    };
    (head, body)
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let line = body.iter().position(|it| *it == b'\r').unwrap();
        let length =
            usize::from_str_radix(std::str::from_utf8(&body[..line]).unwrap(), 16).unwrap();
        if length == 0 {
            return out;
        }
        out.extend(&body[line + 2..line + 2 + length]);
        body = &body[line + 2 + length + 2..];
    }
}

fn json(target: &str) -> Value {
    let (head, body) = get(target);
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{target}: {head}");
    assert!(
        !body.contains(&b' ') || body.contains(&b'"'),
        "{target} is compact"
    );
    serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{target}: {error}"))
}

fn status_and_message(target: &str) -> (String, String) {
    let (head, body) = get(target);
    let body: Value = serde_json::from_slice(&body).unwrap();
    (
        head.lines().next().unwrap()["HTTP/1.1 ".len()..].to_owned(),
        body["message"].as_str().unwrap().to_owned(),
    )
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|it| it["Names"][0].as_str().unwrap())
        .collect()
}

#[test]
fn responds_without_delay() {
    let start = Instant::now();
    for _ in 0..20 {
        get("/_ping");
    }
    assert!(start.elapsed() < Duration::from_millis(500));
}

#[test]
fn keeps_the_connection_for_the_next_request() {
    let ping = "GET /_ping HTTP/1.1\r\nHost:\r\n\r\n";
    let post = "POST /_ping HTTP/1.1\r\nHost:\r\nContent-Length: 3\r\n\r\nabc";
    let answer = exchange(&format!("{ping}{post}{ping}"));
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2);
    assert_eq!(answer.matches("HTTP/1.1 404 Not Found").count(), 1);
}

#[test]
fn head_has_no_body() {
    let answer = exchange("HEAD /_ping HTTP/1.1\r\nHost:\r\n\r\n");
    assert!(answer.contains("\r\nApi-Version: 1.45\r\n"));
    assert!(answer.ends_with("\r\nContent-Length: 0\r\n\r\n"));
    let info = exchange("HEAD /info HTTP/1.1\r\n\r\n");
    assert!(info.starts_with("HTTP/1.1 200 OK\r\n") && info.ends_with("\r\n\r\n"));
    assert!(exchange("HEAD /events HTTP/1.1\r\n\r\n").ends_with("chunked\r\n\r\n"));
    let created = exchange("HEAD /containers/create HTTP/1.1\r\n\r\n");
    assert!(created.ends_with("\r\nContent-Length: 29\r\n\r\n"));
}

#[test]
fn malformed_requests_end_the_connection() {
    assert_eq!(exchange("\r\n"), "");
    assert_eq!(exchange("garbage\n"), "");
    assert_eq!(exchange(""), "");
}

#[test]
fn a_client_that_disconnects_does_no_harm() {
    for _ in 0..20 {
        let mut stream = connect().unwrap();
        stream.write_all(b"GET /events HTTP/1.1\r\n\r\n").unwrap();
    }
    assert_eq!(get("/_ping").1, b"OK");
}

#[test]
fn headers_are_as_dockerd_sends_them() {
    let (head, body) = get("/containers/json");
    let (status, headers) = head.split_once("\r\n").unwrap();
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert_eq!(
        headers,
        "Api-Version: 1.45\r\nContent-Type: application/json\r\nDocker-Experimental: false\r\nOstype: linux\r\n\
         Server: Docker/26.1.5+dfsg1 (linux)\r\nTransfer-Encoding: chunked"
    );
    assert!(body.starts_with(b"[{\"Id\":\""));
    assert!(get("/networks/none").0.contains("Content-Length: "));
}

#[test]
fn version_agrees_with_the_headers() {
    let version = json("/version");
    assert_eq!(version["ApiVersion"], response::API_VERSION);
    assert_eq!(
        format!("Docker/{} (linux)", version["Version"].as_str().unwrap()),
        response::SERVER
    );
}

#[test]
fn lists_running_containers_or_all() {
    assert_eq!(
        names(&json("/containers/json")),
        ["/api", "/worker", "/web", "/cache", "/db"]
    );
    let all = json("/v1.45/containers/json?all=1");
    assert_eq!(
        names(&all),
        ["/api", "/worker", "/migrate", "/web", "/cache", "/db"]
    );
    let created: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["Created"].as_i64().unwrap())
        .collect();
    assert!(created.is_sorted_by(|a, b| a >= b));
}

#[test]
fn every_container_is_found_by_name_and_id() {
    for row in json("/containers/json?all=true").as_array().unwrap() {
        let id = row["Id"].as_str().unwrap();
        let inspect = json(&format!("/containers/{id}/json"));
        assert_eq!(inspect["Name"], row["Names"][0]);
        assert_eq!(inspect["State"]["Status"], row["State"]);
        assert_eq!(inspect["Image"], row["ImageID"]);
        assert_eq!(inspect, json(&format!("/containers/{}/json", &id[..12])));
        assert_eq!(
            inspect,
            json(&format!(
                "/containers{}/json",
                row["Names"][0].as_str().unwrap()
            ))
        );
    }
}

#[test]
fn every_image_is_found_by_tag_and_id() {
    let images = json("/images/json");
    assert_eq!(images.as_array().unwrap().len(), 8);
    for row in images.as_array().unwrap() {
        let id = row["Id"].as_str().unwrap();
        let inspect = json(&format!("/images/{id}/json"));
        assert_eq!(
            (&inspect["Size"], &inspect["RepoTags"]),
            (&row["Size"], &row["RepoTags"])
        );
        for tag in row["RepoTags"].as_array().unwrap() {
            let tag = tag.as_str().unwrap();
            assert_eq!(inspect, json(&format!("/images/{tag}/json")));
            assert_eq!(
                inspect,
                json(&format!("/images/{}/json", tag.replace('/', "%2F")))
            );
        }
    }
    assert_eq!(
        json("/images/shop/api/json"),
        json("/images/shop/api:2.3.1/json")
    );
}

#[test]
fn every_network_is_found_by_name_and_id() {
    for row in json("/networks").as_array().unwrap() {
        let inspect = json(&format!("/networks/{}", row["Name"].as_str().unwrap()));
        assert_eq!(inspect["Id"], row["Id"]);
        assert_eq!(
            inspect,
            json(&format!("/networks/{}", row["Id"].as_str().unwrap()))
        );
    }
}

#[test]
fn the_other_lists_are_complete() {
    assert_eq!(json("/volumes")["Volumes"].as_array().unwrap().len(), 3);
    assert_eq!(json("/info")["Name"], "shop");
    assert_eq!(json("/system/df")["Images"].as_array().unwrap().len(), 8);
    assert_eq!(json("/containers/web/top")["Titles"][1], "PID");
}

#[test]
fn errors_have_dockerd_s_messages() {
    let not_found = |target| {
        let (status, message) = status_and_message(target);
        assert_eq!(status, "404 Not Found");
        message
    };
    assert_eq!(not_found("/containers/create"), "page not found");
    assert_eq!(not_found("/nope"), "the sample engine has no /nope");
    assert_eq!(not_found("/v1.45/nope"), "the sample engine has no /nope");
    assert_eq!(
        not_found("/containers/no%22pe/json"),
        "No such container: no\"pe"
    );
    assert_eq!(not_found("/images/nope/json"), "No such image: nope:latest");
    assert_eq!(not_found("/networks/nope"), "network nope not found");
    let too_new =
        "client version 1.99 is too new. Maximum supported API version is 1.45".to_owned();
    assert_eq!(
        status_and_message("/v1.99/info"),
        ("400 Bad Request".into(), too_new)
    );
    assert_eq!(
        status_and_message("/containers/migrate/top").0,
        "409 Conflict"
    );
    assert_eq!(
        status_and_message("/containers/web/logs").0,
        "400 Bad Request"
    );
}

#[test]
fn what_the_other_answers_name_exists() {
    for name in ["web", "api", "worker", "cache", "db"] {
        let inspect = json(&format!("/containers/{name}/json"));
        let stats = json(&format!("/containers/{name}/stats?stream=0"));
        assert_eq!(
            (&stats["id"], &stats["name"]),
            (&inspect["Id"], &inspect["Name"])
        );
    }
    for row in json("/images/json").as_array().unwrap() {
        let id = row["Id"].as_str().unwrap();
        let steps = json(&format!("/images/{id}/history"));
        let steps = steps.as_array().unwrap();
        let sizes: Vec<i64> = steps
            .iter()
            .map(|it| it["Size"].as_i64().unwrap())
            .collect();
        let layers = json(&format!("/images/{id}/json"))["RootFS"]["Layers"].clone();
        assert_eq!(
            (steps[0]["Id"].as_str(), &steps[0]["Created"]),
            (Some(id), &row["Created"])
        );
        assert_eq!(sizes.iter().sum::<i64>(), row["Size"].as_i64().unwrap());
        assert_eq!(
            sizes.iter().filter(|it| **it > 0).count(),
            layers.as_array().unwrap().len()
        );
    }
}

#[test]
fn the_swarm_is_consistent() {
    let nodes = json("/nodes");
    let info = json("/info");
    assert_eq!(info["Swarm"]["NodeID"], nodes[0]["ID"]);
    assert_eq!(info["Swarm"]["Cluster"]["ID"], json("/swarm")["ID"]);
    for task in json("/tasks").as_array().unwrap() {
        let node = task["NodeID"].as_str().unwrap();
        assert_eq!(json(&format!("/nodes/{node}"))["Spec"]["Role"], "worker");
        let service = json(&format!(
            "/services/{}",
            task["ServiceID"].as_str().unwrap()
        ));
        assert_eq!(
            service["Spec"]["TaskTemplate"]["ContainerSpec"],
            task["Spec"]["ContainerSpec"]
        );
    }
    for service in json("/services?status=1").as_array().unwrap() {
        let target = format!("/tasks?filters={{\"service\":[{}]}}", service["ID"]);
        let tasks = json(&target);
        let running = tasks
            .as_array()
            .unwrap()
            .iter()
            .filter(|it| it["Status"]["State"] == "running");
        assert_eq!(service["ServiceStatus"]["RunningTasks"], running.count());
    }
    assert_eq!(json("/services")[0].get("ServiceStatus"), None);
}

#[test]
fn a_stream_of_statistics_ends() {
    let (_, body) = get("/containers/web/stats");
    let samples: Vec<Value> = String::from_utf8(body)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(samples.len(), 3);
    assert_eq!(samples[0]["precpu_stats"].get("system_cpu_usage"), None);
    assert_eq!(
        samples[1]["precpu_stats"]["cpu_usage"]["total_usage"],
        samples[0]["cpu_stats"]["cpu_usage"]["total_usage"]
    );
    assert_eq!(
        samples[2]["preread"].as_str().unwrap()[..19],
        samples[1]["read"].as_str().unwrap()[..19]
    );
}

/// The frames of a log: the stream's number and the text.
fn frames(target: &str) -> Vec<(u8, String)> {
    let (head, body) = get(target);
    assert!(head.contains("application/vnd.docker.multiplexed-stream"));
    let (mut rest, mut frames) = (body.as_slice(), Vec::new());
    while let [kind, 0, 0, 0, a, b, c, d, ..] = rest {
        let end = 8 + u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        frames.push((*kind, String::from_utf8(rest[8..end].to_vec()).unwrap()));
        rest = &rest[end..];
    }
    assert!(rest.is_empty());
    frames
}

#[test]
fn logs_have_frames_of_the_requested_streams() {
    let both = frames("/containers/migrate/logs?stdout=1&stderr=1");
    assert_eq!(
        both.iter().map(|it| it.0).collect::<Vec<_>>(),
        [1, 1, 2, 2, 1]
    );
    assert_eq!(both[4].1, "1 migration applied, 1 failed\n");
    assert_eq!(frames("/containers/migrate/logs?stderr=true"), both[2..4]);
    assert_eq!(
        frames("/containers/migrate/logs?stdout=1&stderr=0&tail=1"),
        both[4..]
    );
    let timed = frames("/containers/migrate/logs?stdout=1&timestamps=1&tail=1")
        .remove(0)
        .1;
    assert!(
        timed.starts_with("20") && timed.ends_with("Z 1 migration applied, 1 failed\n"),
        "{timed}"
    );
}

#[test]
fn events_are_json_lines_that_end() {
    let (head, body) = get("/events");
    assert!(head.ends_with("Transfer-Encoding: chunked"));
    let text = String::from_utf8(body).unwrap();
    let events: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 8);
    let times: HashSet<_> = events
        .iter()
        .map(|it| it["timeNano"].as_i64().unwrap())
        .collect();
    assert_eq!(times.len(), 8);
}
