module {
  about: "Images, one row per tag",
  endpoint: "/images/json",
  output: "table",
  columns: "repository, tag, id|short_id, created|ago, size|bytes"
};
def untagged: . == null or length == 0 or . == ["<none>:<none>"];
# An image pulled by digest has a repository and no tag.
def repositories: . // [] | map(split("@")[0]) | unique | if length == 0 then ["<none>"] else . end;
. // [] | map(. as $image
  | (if .RepoTags | untagged then .RepoDigests | repositories | map(. + ":<none>") else .RepoTags end)[]
  | split(":")
  | {
      repository: (.[:-1] | join(":")),
      tag: .[-1],
      id: $image.Id,
      created: ($image.Created | _time),
      size: $image.Size
    })
