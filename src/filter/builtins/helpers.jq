# Helpers for the cells of a table: what the docker CLI computes before it prints, as jq definitions.
# Each definition begins at the start of a line, calls only jq's builtins and definitions above it, and runs in plain
# jq 1.6 or later. The output for null is null: Podman has null where Docker has a list or a map.

# A time in one of the other common spellings as RFC 3339; null for any other text. They are HTTP dates in their three
# forms (RFC 9110 section 5.6.7), dates of mail (RFC 5322), and what Go and Ruby print: 2026-01-02 03:04:05 +0000 UTC.
def _as_rfc3339:
  def two: "0" + . | .[-2:];
  def month: (. as $name | "JanFebMarAprMayJunJulAugSepOctNovDec" | index($name) / 3 + 1 | floor | tostring | two);
  def year: if length > 2 then . elif . < "70" then "20" + . else "19" + . end;
  def zone: if . == null or test("^[A-Z]+$") then "Z" else .[:3] + ":" + .[-2:] end;
  def time: (.year | year) + "-" + (.month | month) + "-" + (.day | two) + "T" + .clock + (.zone | zone);
  "(?<clock>[0-9]{2}:[0-9]{2}:[0-9]{2})" as $clock
  | "(?<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)" as $month
  | "(?<zone>GMT|UTC|UT|Z|[-+][0-9]{2}:?[0-9]{2})" as $zone
  | [
      capture("^([A-Z][a-z]+, *)?(?<day>[0-9]{1,2})[- ]" + $month + "[- ](?<year>[0-9]{4}|[0-9]{2}) " + $clock + " " + $zone + "$"),
      capture("^[A-Z][a-z]{2} " + $month + " +(?<day>[0-9]{1,2}) " + $clock + " (" + $zone + " )?(?<year>[0-9]{4})$")
      | time
    ][0]
  // ([capture("^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[ T](?<clock>[0-9:.]+) ?" + $zone + "( [A-Z]{3,5}| [-+][0-9]{2,4})?( m=[-+][0-9.]+)?$") | .date + "T" + .clock + (.zone | zone)][0]);
# Seconds since the epoch, from a number or an RFC 3339 text with any fraction and offset, or another spelling of a time.
# A number that is too large for seconds is taken as milliseconds, microseconds or nanoseconds. The output for Go's zero
# time is null, also where it is a number of seconds, milliseconds, microseconds or nanoseconds.
def _seconds:
  def seconds:
    fabs as $size
    | if isnan or isinfinite then error("a number that is not finite is no time")
      elif IN(-62135596800, -62135596800e3, -62135596800e6, -62135596800e9, -6795364578871345152) then null
      elif $size < 1e11 then . elif $size < 1e14 then . / 1e3 elif $size < 1e17 then . / 1e6 else . / 1e9 end;
  def offset: if . == "Z" or . == "z" then 0 else ((.[1:3] | tonumber) * 3600 + (.[4:6] | tonumber) * 60) * (if startswith("-") then -1 else 1 end) end;
  def parsed:
    (if endswith("Z") or endswith("z") then -1 else -6 end) as $zone
    | (.[:10] + "T" + .[11:19] + "Z" | fromdateiso8601) + ("0" + .[19:$zone] | tonumber) - (.[$zone:] | offset);
  if . == null or . == "" then null
  elif type == "number" then seconds
  elif type != "string" then error("\(type) is no time")
  elif startswith("0001-01-01T00:00:00") then null
  else (try tonumber catch null) as $number
    | if $number != null then $number | seconds
      else . as $text
      | try parsed catch (try ($text | _as_rfc3339 | parsed) catch error("\($text | tojson[:40]) is no time: neither RFC 3339, an HTTP date nor seconds since the epoch"))
      | seconds
      end
  end;
# A time as RFC 3339, from a number or a text, which stays as it is. The output for Go's zero time is null.
def _time:
  if type == "number" then _seconds | if . == null then null else floor | todate end
  elif . == null or . == "" or startswith("0001-01-01") or . == "-62135596800" then null
  else .
  end;
# A duration in seconds in the words of HumanDuration of go-units, as docker prints it.
def _human_duration:
  (. / 60 | floor) as $minutes
  | (. / 3600 + 0.5 | floor) as $hours
  | if . < 1 then "Less than a second"
    elif . < 2 then "1 second"
    elif . < 60 then "\(floor) seconds"
    elif $minutes == 1 then "About a minute"
    elif $minutes < 60 then "\($minutes) minutes"
    elif $hours == 1 then "About an hour"
    elif $hours < 48 then "\($hours) hours"
    elif $hours < 336 then "\($hours / 24 | floor) days"
    elif $hours < 1440 then "\($hours / 168 | floor) weeks"
    elif $hours < 17520 then "\($hours / 720 | floor) months"
    else "\(. / 31536000 | floor) years"
    end;
def ago: _seconds | if . == null then null else now - . | if . > -1 then "\(_human_duration) ago" else -. | _human_duration | "in " + (.[:1] | ascii_downcase) + .[1:] end end;
def duration: (if type == "number" then . else _seconds | if . == null then null else now - . end end) | if . == null then null else _human_duration end;
# A size as docker prints it, with the same number of digits. -1 is docker's value for an unknown size.
# For 999.6 kB go-units prints 1e+03kB, and this gives 1MB.
def _bytes($units; $most):
  def digits:
    (if . >= 1000 then 1 elif . >= 100 then 10 elif . >= 10 then 100 else 1000 end / (if $most == 3 then 10 else 1 end)) as $parts
    | if $parts < 1 then round else . * $parts | round / $parts end;
  def scaled($base; $names):
    digits as $shown
    | if $shown >= $base and ($names | length) > 1 then . / $base | scaled($base; $names[1:]) else "\($shown)\($names[0])" end;
  if . == null or . == -1 then null
  elif type != "number" or isnan then error("\(if type == "number" then "nan" else type end) is no number of bytes")
  elif . < 0 then "-" + (-. | _bytes($units; $most))
  elif $units == "si" then scaled(1000; ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])
  elif $units == "iec" then scaled(1024; ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"])
  else error("bytes takes \"si\" or \"iec\"")
  end;
# Three digits with an SI unit, or four with a binary unit, as in docker's lists.
def bytes($units): _bytes($units; if $units == "si" then 3 else 4 end);
def bytes: bytes("si");
# A percentage as docker stats prints it, with two decimals.
def _percent:
  if . == null then null
  else (. * 100 | round) as $hundredths
    | "\($hundredths / 100 | floor).\($hundredths % 100 | tostring | if length == 1 then "0" + . else . end)%"
  end;
# A word with a capital letter, as docker's lists of a swarm print states.
def _capital: if . == null then null else (.[:1] | ascii_upcase) + .[1:] end;
# A sort key that gives the order of docker's lists (fvbommel/sortorder): web2 before web10, digits before other text.
def _natural: [strings | scan("[0-9]+|[^0-9]") | if . >= "0" and . < ":" then 0, tonumber, length else explode[] end];
# The first twelve digits of an ID, as docker prints it; the input is the ID or an object that has one.
def short_id:
  if type == "object" then .Id // .ID // .id // (.Actor | objects | .ID) // null else . end
  | if . == null then null
    elif type == "string" then .[(index(":") // -1) + 1:][:12]
    else error("\(type) is no ID")
    end;
# The usual name of an object: a container's without its slash, an image's first tag.
def name:
  if type == "object" then
    first((.Names | (arrays | map(strings) | (map(select(.[1:] | contains("/") | not)), .)[]), strings),
      .Name, .name,
      (.Spec | objects | .Name),
      (.Actor | objects | .Attributes | objects | .name),
      (.RepoTags | arrays[]),
      (.RepoDigests | arrays[] | strings | split("@")[0] + ":<none>")
      | strings | select(. != "" and (startswith("<none>") | not))) // null
  elif . == null or type == "string" then .
  else error("\(type) has no name")
  end
  | if . == null then null else ltrimstr("/") end;
# Labels as k=v, k=v; the input is the map of labels or an object that has one.
def _labels:
  if type != "object" then .
  elif has("Labels") then .Labels
  elif .Config | type == "object" then .Config.Labels
  elif .Spec | type == "object" then .Spec.Labels
  else .
  end;
def labels: _labels | if type == "object" then to_entries | map("\(.key)=\(.value)") | join(", ") else . end;
def labels($name): _labels | if type == "object" then .[$name] else null end;
# Ports as docker ps prints them, with ranges collapsed. 0.0.0.0 and [::] become *, as in docker service ls. The input
# is a list entry of a container (Docker's or Podman's) or a service, or an inspected container or image.
def ports:
  def found:
    if type != "object" then .
    elif has("Ports") then .Ports
    elif .NetworkSettings | type == "object" then .NetworkSettings.Ports
    elif .Endpoint | type == "object" then .Endpoint.Ports
    elif .Config | type == "object" then .Config.ExposedPorts
    elif all(keys_unsorted[]; contains("/")) then .
    else null
    end;
  def number: if . == null or . == "" then null else tonumber | if . == 0 then null else . end end;
  def of_map:
    to_entries[] | (.key | split("/")) as $key
    | {private: ($key[0] | number), type: ($key[1] // "tcp")} as $port
    | ((.value | arrays[] | $port + {ip: .HostIp, public: (.HostPort | number)}), (.value | select(type != "array" or length == 0) | $port));
  def of_list:
    .[] | (.range // 1) as $range
    | (.Type // .protocol // .Protocol // "tcp" | split(",")[]) as $type
    | range($range) as $i
    | {$type, ip: (.IP // .host_ip), private: ((.PrivatePort // .container_port // .TargetPort) + $i), public: ((.PublicPort // .host_port // .PublishedPort) | number | if . == null then null else . + $i end)};
  def everywhere: if . == null or . == "" then "*" else . end;
  def addresses:
    unique
    | if index("0.0.0.0") and index("::") then (. - ["0.0.0.0", "::"]) + ["*"] else . end
    | if index("127.0.0.1") and index("::1") then (. - ["127.0.0.1", "::1"]) + ["localhost"] else . end;
  def runs: reduce sort_by(.private)[] as $port ([]; if length > 0 and .[-1].last + 1 == $port.private then .[-1].last = $port.private else . + [$port + {last: $port.private}] end);
  def span($first; $last): if $first == $last then "\($first)" else "\($first)-\($last)" end;
  def shown:
    (.last - .private) as $more
    | (if .public == null then "" else (.ip | if contains(":") then "[\(.)]" else . end) + ":" + span(.public; .public + $more) + "->" end)
      + span(.private; .last) + "/" + .type;
  found
  | if . == null then null
    elif type == "string" then .
    elif type != "object" and type != "array" then error("\(type) has no ports")
    elif length == 0 then ""
    else
      [if type == "object" then of_map else of_list end | .ip = (if .public == null then null else .ip | everywhere end)]
      | group_by([.private, .type, .public])
      | map(.[0] + {ip: (map(.ip) | if .[0] == null then null else addresses[] end)})
      | group_by([.ip, .type, (if .public == null then null else .public - .private end)])
      | map(runs[]) | sort_by([.private, .type, .public, .ip]) | map(shown) | join(", ")
    end;
# An event as docker events prints it: the time in the local zone with nanoseconds, type, action, ID and attributes.
def _event_line:
  def time:
    (.timeNano // (.time // 0) * 1000000000) as $nano
    | ($nano / 1000000000 | floor) as $seconds
    | ($seconds | strflocaltime("%z") | if . == "+0000" then "Z" else .[:3] + ":" + .[3:] end) as $zone
    | "\($seconds | strflocaltime("%Y-%m-%dT%H:%M:%S")).\("\($nano)"[-9:])\($zone)";
  if type != "object" or (has("time") | not) then error("this is not an event") else . end
  | (.Actor.Attributes // {} | to_entries | sort_by(.key) | map("\(.key)=\(.value)") | join(", ")) as $attributes
  | ([time, .Type, .Action // .status, .Actor.ID // .id] | map(strings) | join(" "))
    + if $attributes == "" then "" else " (\($attributes))" end;
