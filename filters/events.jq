module {about: "Events as they happen", endpoint: "/events", output: "raw"};
# The time as docker events prints it: in the local zone, with nanoseconds.
def time:
  (.timeNano // (.time // 0) * 1000000000) as $nano
  | ($nano / 1000000000 | floor) as $seconds
  | ($seconds | strflocaltime("%z") | if . == "+0000" then "Z" else .[:3] + ":" + .[3:] end) as $zone
  | "\($seconds | strflocaltime("%Y-%m-%dT%H:%M:%S")).\("\($nano)"[-9:])\($zone)";
(.Actor.Attributes // {} | to_entries | sort_by(.key) | map("\(.key)=\(.value)") | join(", ")) as $attributes
| ([time, .Type, .Action // .status, .Actor.ID // .id] | map(strings) | join(" "))
  + if $attributes == "" then "" else " (\($attributes))" end
