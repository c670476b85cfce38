//! docker's commands that dq has no saved filter for, and what does their work in dq.

/// What does the work of a command. In the text, `{}` is the word behind the command, or `NAME`; `{ref}` is an image
/// in the same way, and `{image}` and `{tag}` are its parts.
const COMMANDS: &[(&str, &str)] = &[
    ("start", "dq -X POST /containers/{}/start"),
    ("stop", "dq -X POST /containers/{}/stop"),
    ("restart", "dq -X POST /containers/{}/restart"),
    ("kill", "dq -X POST /containers/{}/kill -q signal=KILL"),
    ("pause", "dq -X POST /containers/{}/pause"),
    ("unpause", "dq -X POST /containers/{}/unpause"),
    ("wait", "dq -X POST /containers/{}/wait .StatusCode"),
    ("rm", "dq -X DELETE /containers/{}"),
    ("rename", "dq -X POST /containers/{}/rename -q name=NEW"),
    ("update", "dq /containers/{}/update -F Memory=BYTES"),
    (
        "prune",
        "dq -X POST /containers/prune; likewise /images/prune, /networks/prune, /volumes/prune",
    ),
    (
        "create",
        "dq /containers/create -q name=NAME -F Image={ref}",
    ),
    (
        "run",
        "dq cannot attach to a container, but it starts one: dq /containers/create -q name=NAME -F Image={ref}, \
         then dq -X POST /containers/NAME/start",
    ),
    (
        "exec",
        "dq cannot hold a session, but it runs a command: dq --exec {} -- COMMAND",
    ),
    (
        "attach",
        "dq cannot send input to a container; its output: dq logs {} -q follow=1",
    ),
    (
        "cp",
        "dq /containers/NAME/archive -q path=PATH | tar -x; the other way: dq -X PUT /containers/NAME/archive",
    ),
    ("export", "dq /containers/{}/export > FILE.tar"),
    ("commit", "dq -X POST /commit -q container={} -q repo=IMAGE"),
    ("port", "dq published 'map(select(.name == \"{}\"))'"),
    ("env", "dq environment {}"),
    (
        "pull",
        "dq -X POST /images/create -q fromImage={image} -q tag={tag} .status",
    ),
    (
        "push",
        "dq -X POST /images/{ref}/push --registry-auth .status",
    ),
    (
        "tag",
        "dq -X POST /images/{ref}/tag -q repo=IMAGE -q tag=TAG",
    ),
    ("rmi", "dq -X DELETE /images/{ref}"),
    ("build", "tar -c . | dq /build -q t=IMAGE -d @- -j .stream"),
    ("load", "dq /images/load -d @FILE.tar -j .stream"),
    (
        "import",
        "dq -X POST /images/create -q fromSrc=- -q repo=IMAGE -d @FILE.tar",
    ),
    (
        "save",
        "dq /images/{ref}/get > FILE.tar; dq --save NAME keeps a filter",
    ),
    ("search", "dq /images/search -q term={}"),
    (
        "login",
        "docker login; dq sends those credentials with --registry-auth",
    ),
    ("logout", "docker logout"),
    (
        "compose",
        "dq ps -q filters.label=com.docker.compose.project=PROJECT",
    ),
    ("help", "dq --help"),
    ("show", "dq --show {}"),
    ("edit", "dq --edit {}"),
    ("ping", "dq /_ping"),
    ("ls", "dq ps"),
    ("list", "dq ps; the saved filters: dq --list"),
    ("containers", "dq ps"),
    ("container", "dq ps"),
    ("image", "dq images"),
    (
        "image build",
        "tar -c . | dq /build -q t=IMAGE -d @- -j .stream",
    ),
    ("image history", "dq history {ref}"),
    ("image inspect", "dq /images/{ref}/json"),
    ("image ls", "dq images"),
    ("image list", "dq images"),
    ("image prune", "dq -X POST /images/prune"),
    ("image rm", "dq -X DELETE /images/{ref}"),
    ("network", "dq networks"),
    (
        "network connect",
        "dq /networks/{}/connect -F Container=NAME",
    ),
    ("network create", "dq /networks/create -F Name={}"),
    (
        "network disconnect",
        "dq /networks/{}/disconnect -F Container=NAME",
    ),
    ("network inspect", "dq /networks/{}"),
    ("network prune", "dq -X POST /networks/prune"),
    ("network rm", "dq -X DELETE /networks/{}"),
    ("volume", "dq volumes"),
    ("volume create", "dq /volumes/create -F Name={}"),
    ("volume inspect", "dq /volumes/{}"),
    ("volume prune", "dq -X POST /volumes/prune"),
    ("volume rm", "dq -X DELETE /volumes/{}"),
    ("system", "dq df; dq info; dq events"),
    ("system df", "dq df"),
    ("system events", "dq events"),
    ("system info", "dq info"),
    (
        "system prune",
        "dq -X POST /containers/prune; likewise /images/prune, /networks/prune, /volumes/prune",
    ),
    ("node", "dq nodes"),
    ("node inspect", "dq /nodes/{}"),
    ("service", "dq services"),
    ("service inspect", "dq /services/{}"),
    ("service logs", "dq '/services/{}/logs?stdout=1&stderr=1'"),
    ("service rm", "dq -X DELETE /services/{}"),
    ("service ps", "dq tasks -q filters.service={}"),
    (
        "stack",
        "dq services -q filters.label=com.docker.stack.namespace=STACK",
    ),
    ("swarm", "dq /swarm; --endpoints swarm has the requests"),
    ("secret", "dq /secrets"),
    ("config", "dq /configs"),
    ("plugin", "dq /plugins"),
    ("context", "docker context; dq --context NAME uses one"),
    ("builder", "dq -X POST /build/prune"),
    ("buildx", "docker buildx"),
    ("manifest", "dq /distribution/{ref}/json --registry-auth"),
];

/// Commands of `docker container` that a saved filter of dq does.
const OF_CONTAINER: [(&str, &str); 8] = [
    ("ls", "dq ps"),
    ("list", "dq ps"),
    ("inspect", "dq inspect {}"),
    ("logs", "dq logs {}"),
    ("stats", "dq stats"),
    ("top", "dq top {}"),
    ("diff", "dq diff {}"),
    ("prune", "dq -X POST /containers/prune"),
];

/// What does the work of the command that the words are, in dq; `None` for words that are no command of docker's.
/// `has_options` says that options were typed, whose values may be among the words.
pub fn instead(words: &[&str], has_options: bool) -> Option<String> {
    let (first, rest) = words.split_first()?;
    let known = |command: &str| {
        let found = COMMANDS.iter().find(|(words, _)| *words == command);
        found.map(|(_, instead)| *instead)
    };
    if let Some((second, after)) = rest.split_first() {
        let of_container = || {
            let found = OF_CONTAINER.iter().find(|(name, _)| name == second);
            let found = found.map(|(_, instead)| *instead);
            found.or_else(|| known(second))
        };
        let instead = if *first == "container" {
            of_container()
        } else {
            known(&format!("{first} {second}")).or_else(|| list_of(first, second))
        };
        if let Some(instead) = instead {
            return Some(filled(instead, sole(after, has_options)));
        }
    }
    known(first).map(|instead| filled(instead, sole(rest, has_options)))
}

/// The first word, unless another one may be meant: in `stop -t 5 web`, 5 is no container.
fn sole<'w>(words: &[&'w str], has_options: bool) -> Option<&'w str> {
    let is_clear = !has_options || words.len() == 1;
    words.first().copied().filter(|_| is_clear)
}

/// `docker node ls` and the like: the list of the first word.
fn list_of(first: &str, second: &str) -> Option<&'static str> {
    let found = COMMANDS.iter().find(|(words, _)| *words == first);
    let is_list = matches!(second, "ls" | "list") && found.is_some_and(|it| !it.1.contains('{'));
    found.filter(|_| is_list).map(|(_, instead)| *instead)
}

fn filled(instead: &str, word: Option<&str>) -> String {
    let word = word.filter(|word| is_name(word));
    let name = word.map_or("NAME", |word| word.trim_start_matches('/'));
    let (image, tag) = image_and_tag(word.unwrap_or("IMAGE"));
    let instead = instead.replace("{image}", image).replace("{tag}", tag);
    let instead = instead.replace("{ref}", word.unwrap_or("IMAGE"));
    instead.replace("{}", name)
}

/// An image's name without its tag, and the tag, `latest` where there is none: without a tag the engine pulls all.
fn image_and_tag(name: &str) -> (&str, &str) {
    match name.rsplit_once(':') {
        Some((image, tag)) if !tag.contains('/') && !name.contains('@') => (image, tag),
        _ => (name, if name.contains('@') { "" } else { "latest" }),
    }
}

/// Whether a word can stand in a path as it is.
fn is_name(word: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_.-/:@".contains(c);
    word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && word.chars().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    /// The paths of the requests in a text, with their methods.
    fn requests(text: &str) -> Vec<(&str, String)> {
        let mut found = Vec::new();
        let mut method = "GET";
        // With a body the method is POST.
        let has_body = text.contains(" -F ") || text.contains(" -d ");
        for word in text.split([' ', ';', ',', '\'']) {
            match word {
                "POST" | "PUT" | "DELETE" => method = word,
                path if path.starts_with('/') => found.push((
                    if method == "GET" && has_body {
                        "POST"
                    } else {
                        method
                    },
                    path.split('?').next().unwrap_or_default().to_owned(),
                )),
                _ => {}
            }
        }
        found
    }

    #[test]
    fn requests_are_of_the_catalogue() {
        for (command, instead) in COMMANDS.iter().chain(&OF_CONTAINER) {
            let text = filled(instead, Some("web"));
            for (method, path) in requests(&text) {
                let known = catalogue::fitting(&path);
                assert!(
                    known.iter().any(|it| it.method == method),
                    "{command}: {method} {path}"
                );
            }
        }
    }

    #[test]
    fn saved_filters_are_built_in() {
        for (command, instead) in COMMANDS.iter().chain(&OF_CONTAINER) {
            for part in instead.split("dq ").skip(1) {
                let name = part.split([' ', ';']).next().unwrap_or_default();
                let is_name = name.chars().all(|c| c.is_ascii_lowercase()) && name != "cannot";
                let known = crate::built_in::FILES
                    .iter()
                    .any(|(known, _)| *known == name);
                assert!(known || !is_name || name == "sends", "{command}: {name}");
            }
        }
    }

    #[test]
    fn words_fill_the_request() {
        let cases = [
            ("stop web", "dq -X POST /containers/web/stop"),
            ("stop", "dq -X POST /containers/NAME/stop"),
            ("container stop web", "dq -X POST /containers/web/stop"),
            ("container ls", "dq ps"),
            ("image ls", "dq images"),
            ("node ls", "dq nodes"),
            ("volume ls", "dq volumes"),
            ("volume rm data", "dq -X DELETE /volumes/data"),
            (
                "pull nginx",
                "dq -X POST /images/create -q fromImage=nginx -q tag=latest .status",
            ),
            (
                "pull r:5000/a/b:1",
                "dq -X POST /images/create -q fromImage=r:5000/a/b -q tag=1 .status",
            ),
            ("stop $(x)", "dq -X POST /containers/NAME/stop"),
            ("system df", "dq df"),
            ("env web", "dq environment web"),
        ];
        for (words, expected) in cases {
            let words: Vec<_> = words.split(' ').collect();
            assert_eq!(
                instead(&words, false).as_deref(),
                Some(expected),
                "{words:?}"
            );
        }
        let stop = instead(&["stop", "5", "web"], true);
        assert_eq!(stop.as_deref(), Some("dq -X POST /containers/NAME/stop"));
        assert_eq!(instead(&["stopp"], false), None);
        assert_eq!(instead(&[], false), None);
    }
}
