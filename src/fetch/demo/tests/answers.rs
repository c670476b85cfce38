//! Filters, limits and errors of the sample engine beside those of Docker 26.1, and what the other parameters do.

use serde_json::Value;

use super::{frames, get, json, names};

/// The status and, in one line, the names in a list, the name of an object or the message of an error.
fn summary(target: &str) -> (String, String) {
    let (head, body) = get(target);
    let status = head.split(' ').nth(1).unwrap().to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let body = body.get("Volumes").unwrap_or(&body);
    let Some(rows) = body.as_array() else {
        let message = body["message"].as_str().map(str::to_owned);
        return (status, message.unwrap_or_else(|| name(body)));
    };
    let mut names: Vec<String> = rows.iter().map(name).collect();
    if target.starts_with("/volumes") {
        // The comparison had no anonymous volume.
        names.retain(|it| it.starts_with("shop_"));
    }
    (status, names.join(" "))
}

fn name(row: &Value) -> String {
    if let Some(tags) = row.get("RepoTags") {
        let tags = tags.as_array().into_iter().flatten();
        let tags: Vec<&str> = tags.filter_map(Value::as_str).collect();
        return if tags.is_empty() {
            "<none>".to_owned()
        } else {
            tags.join(",")
        };
    }
    let name = row["Names"][0].as_str().or_else(|| row["Name"].as_str());
    let name = name.or_else(|| row["Spec"]["Name"].as_str());
    name.or_else(|| row["Description"]["Hostname"].as_str())
        .unwrap_or_default()
        .trim_start_matches('/')
        .to_owned()
}

#[test]
fn answers_are_those_of_docker() {
    let mut compared = 0;
    let lines = include_str!("answers.tsv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let [target, status, answer] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        assert_eq!(
            summary(target),
            (status.to_owned(), answer.to_owned()),
            "{target}"
        );
        compared += 1;
    }
    assert!(compared > 200, "only {compared} were compared");
}

#[test]
fn filters_select_ports_networks_and_the_swarm() {
    let cases = [
        ("/containers/json?filters={\"publish\":[\"8080\"]}", "web"),
        (
            "/containers/json?filters={\"publish\":[\"9000-9100/tcp\"]}",
            "api",
        ),
        ("/containers/json?filters={\"publish\":[\"5432\"]}", ""),
        ("/containers/json?filters={\"expose\":[\"5432\"]}", "db"),
        ("/containers/json?filters={\"expose\":[\"443/udp\"]}", "web"),
        (
            "/containers/json?filters={\"expose\":[\"6379\"],\"publish\":[\"8080\"]}",
            "web cache",
        ),
        (
            "/containers/json?filters={\"network\":[\"shop_front\"]}",
            "web",
        ),
        (
            "/containers/json?filters={\"network\":[\"c81178d8\"]}",
            "web",
        ),
        ("/containers/json?filters={\"id\":[\"^6779\"]}", "web"),
        (
            "/networks?filters={\"dangling\":[\"true\"]}",
            "docker_gwbridge ingress metrics_default",
        ),
        (
            "/networks?filters={\"driver\":[\"overlay\"]}",
            "ingress metrics_default",
        ),
        (
            "/networks?filters={\"type\":[\"builtin\"]}",
            "bridge host none",
        ),
        (
            "/networks?filters={\"scope\":[\"swarm\"],\"type\":[\"custom\"]}",
            "ingress metrics_default",
        ),
        (
            "/networks?filters={\"label\":[\"com.docker.compose.network=back\"]}",
            "shop_back",
        ),
        ("/nodes?filters={\"role\":[\"worker\"]}", "shop-2 shop-3"),
        ("/nodes?filters={\"node.label\":[\"disk=ssd\"]}", "shop-2"),
        ("/nodes?filters={\"membership\":[\"pending\"]}", ""),
        (
            "/services?filters={\"mode\":[\"global\"]}",
            "metrics_node-exporter",
        ),
        (
            "/services?filters={\"name\":[\"metrics\"]}",
            "metrics_node-exporter metrics_prometheus",
        ),
        (
            "/services?filters={\"label\":[\"shop.role\"]}",
            "thumbnails",
        ),
        ("/secrets", "restic-password"),
        (
            "/configs?filters={\"names\":[\"metrics_prometheus.yml\"]}",
            "metrics_prometheus.yml",
        ),
        ("/configs?filters={\"names\":[\"metrics\"]}", ""),
    ];
    for (target, expected) in cases {
        assert_eq!(
            summary(target),
            ("200".to_owned(), expected.to_owned()),
            "{target}"
        );
    }
    let tasks = |filters: &str| {
        json(&format!("/tasks?filters={filters}"))
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(tasks("{\"service\":[\"thumbnails\"]}"), 5);
    assert_eq!(
        tasks("{\"service\":[\"thumbnails\"],\"desired-state\":[\"running\"]}"),
        3
    );
    assert_eq!(tasks("{\"node\":[\"shop-2\"]}"), 3);
    assert_eq!(tasks("{\"name\":[\"backup.1\"]}"), 1);
    assert_eq!(json("/nodes/self")["Description"]["Hostname"], "shop");
}

#[test]
fn events_are_selected_by_time_and_filters() {
    let actions = |query: &str| {
        let (_, body) = get(&format!("/events{query}"));
        let text = String::from_utf8(body).unwrap();
        let events = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let actions: Vec<String> = events
            .map(|it| it["Action"].as_str().unwrap().to_owned())
            .collect();
        actions.join(" ")
    };
    let cases = [
        ("?since=1795473716.1", "start restart connect"),
        ("?until=1795473716", "create start die destroy"),
        ("?since=1795473717&until=1795473718", ""),
        (
            "?filters={\"container\":[\"rep\"]}",
            "create start die destroy",
        ),
        ("?filters={\"container\":[\"epo\"]}", ""),
        (
            "?filters={\"image\":[\"busybox\"],\"event\":[\"start\",\"die\"]}",
            "start die",
        ),
        ("?filters={\"type\":[\"network\"]}", "connect"),
        ("?filters={\"type\":[\"contain\"]}", ""),
        ("?filters={\"network\":[\"shop_front\"]}", "connect"),
        (
            "?filters={\"label\":[\"com.docker.compose.service=cache\"]}",
            "die start restart",
        ),
        (
            "?filters={\"bogus\":[\"x\"],\"event\":[\"destroy\"]}",
            "destroy",
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(actions(query), expected, "{query}");
    }
}

#[test]
fn logs_are_cut_by_time() {
    let lines = |query: &str| frames(&format!("/containers/cache/logs?stdout=1{query}")).len();
    assert_eq!(lines(""), 4);
    assert_eq!(lines("&since=1795473700"), 2);
    assert_eq!(lines("&until=1795473700"), 2);
    assert_eq!(lines("&since=0&until=0&tail=all"), 4);
    assert_eq!(lines("&tail=0"), 0);
}

#[test]
fn processes_have_the_columns_that_ps_is_asked_for() {
    let aux = json("/containers/db/top?ps_args=aux");
    assert_eq!(
        (&aux["Titles"][0], &aux["Titles"][10]),
        (&"USER".into(), &"COMMAND".into())
    );
    assert_eq!(aux["Processes"][0][10], "postgres");
    let top = json("/containers/web/top?ps_args=-o%20pid,args");
    assert_eq!(top["Titles"], serde_json::json!(["PID", "COMMAND"]));
    assert_eq!(
        top["Processes"][0][1],
        "nginx: master process nginx -g daemon off;"
    );
    assert_eq!(
        summary("/containers/web/top?ps_args=-o+args").1,
        "Couldn't find PID field in ps output"
    );
    assert_eq!(summary("/containers/web/top?ps_args=-o+pid,x").0, "500");
}

#[test]
fn sizes_and_kinds_of_disk_usage_are_given_on_request() {
    let sized = json("/containers/json?size=1&filters={\"name\":[\"worker\"]}");
    assert_eq!(
        (names(&sized), &sized[0]["SizeRw"]),
        (vec!["/worker"], &serde_json::json!(2))
    );
    assert_eq!(json("/containers/json")[0].get("SizeRw"), None);
    assert_eq!(json("/images/json")[0]["SharedSize"], -1);
    assert_eq!(json("/images/json?shared-size=1")[0]["SharedSize"], 0);
    let usage = json("/system/df?type=volume&type=container");
    assert_eq!(
        (&usage["Images"], &usage["LayersSize"]),
        (&Value::Null, &serde_json::json!(0))
    );
    assert_eq!(usage["Volumes"].as_array().unwrap().len(), 3);
}

#[test]
fn what_changes_something_is_refused() {
    let status = |method: &str, path: &str| {
        let answer = super::exchange(&format!("{method} {path} HTTP/1.1\r\nHost:\r\n\r\n"));
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let refused = [
        ("POST", "/containers/create"),
        ("POST", "/v1.44/containers/prune?filters={}"),
        ("POST", "/containers/nope/exec"),
        ("DELETE", "/images/shop/api:latest"),
        ("POST", "/images/registry.shop.example:5000/backup/tag"),
        ("PUT", "/volumes/shop_uploads"),
        ("POST", "/swarm/leave"),
    ];
    for (method, path) in refused {
        assert_eq!(status(method, path), "405", "{method} {path}");
    }
    let unknown = [
        ("POST", "/version"),
        ("DELETE", "/containers/json/x"),
        ("PUT", "/nope"),
    ];
    for (method, path) in unknown {
        assert_eq!(status(method, path), "404", "{method} {path}");
    }
    assert_eq!(summary("/images/search?term=x").0, "503");
}
