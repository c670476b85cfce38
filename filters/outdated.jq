module {
  about: "Whether the images of running containers are the latest",
  endpoint: "/containers/json",
  parallel: 16,
  output: "table",
  columns: "container, image, current|short_id, latest|short_id, state, reason"
};
# The engine asks the registries, once for each image. An image can be current for several digests: it keeps those of
# every repository that it was pulled from or pushed to.
def hash: if . == null then null else ltrimstr("sha256:") end;
def has_tag: test(":[^/]*$");
# Docker's lists leave out docker.io/library/, Podman's do not.
def familiar: ltrimstr("docker.io/") | ltrimstr("library/");
def repository: split("@")[0] | if has_tag then .[:rindex(":")] else . end | familiar;
# What the engine knows of a container's image. There is a state where the registry need not be asked.
def known($images):
  .Config.Image as $name
  | ($name | split("@")) as [$reference, $pinned]
  | ($images[.Image | hash] // {}) as $image
  | ($image.RepoDigests // [] | map(split("@"))) as $pulled
  | {
      container: name,
      image: $name,
      $reference,
      digests: ($pulled | map(.[1]) | if $pinned then [$pinned] else . end),
      current: ($pinned // first($pulled[] | select(.[0] | repository == ($name | repository)))[1] // null),
      moved: ($image.RepoTags // [] | all(.[]; familiar != ($reference | familiar)))
    }
  | if $name | startswith("sha256:") then .state = "local" | .reason = "it has no name"
    elif .current == null or ($name | startswith("localhost/")) then .state = "local" | .reason = "never pulled or pushed"
    elif $pinned and ($reference | has_tag | not) then .state = "pinned" | .reason = "asked for by digest"
    else .
    end;
def failed:
  .message as $reason
  | if .status == 404 and ($reason | test("^(page )?not found$"; "i")) then {state: "unknown", reason: "this engine asks no registry"}
    elif .status == 404 then {state: "gone", $reason}
    elif .status == 401 or .status == 403 or ($reason | test("unauthorized|denied|auth"; "i")) then {state: "denied", $reason}
    else {state: "unknown", $reason}
    end;
def judged($answer):
  $answer.Descriptor.digest as $latest
  | if $latest == null then . + {state: "unknown"} + $answer
    else
      .latest = $latest
      | if .digests | index($latest) then .state = "current"
        else .state = "outdated" | .reason = (if .moved then "the tag is at another image here" else null end)
        end
    end;
. // []
| [fetch(.[] | "/containers/\(.Id)/json"; if .status == 404 then empty else error end)] as $containers
| (fetch("/images/json?all=1") // [] | map({(.Id | hash): .}) | add // {}) as $images
| $containers | map(known($images))
| (map(select(.state == null).reference) | unique) as $asked
| ([$asked, [fetch($asked[] | "/distribution/\(.)/json"; failed)]] | transpose | map({(.[0]): .[1]}) | add // {}) as $answers
| map(if .state then . else judged($answers[.reference]) end | {container, image, current, latest, state, reason})
| sort_by(.container | _natural)
