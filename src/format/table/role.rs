//! The role of a column: what its name says about its cells, and so how far they may be cut and when the column is left
//! out of a table that is too wide.

use super::states::is_state_column;

/// The role of a column, in the order in which columns are left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// No cell has a text.
    Empty,
    /// Arrays and objects.
    Nested,
    /// Text that is mostly longer than a few words.
    LongText,
    /// The ID of something else than the row: `ImageID`.
    Reference,
    Command,
    /// Times and ages.
    Time,
    #[default]
    Text,
    /// The name of something else than the row (`user_name`), and error messages, which are worth as much.
    Name,
    /// Paths, whose ends are kept.
    Path,
    /// Numbers, and text that starts with a digit, as sizes and percentages do: never cut, because a cut number is
    /// another number.
    Number,
    /// Addresses of networks, and single ports: never cut, for the same reason.
    Address,
    /// Image references, which are cut from the left.
    Image,
    /// Lists of published ports.
    Ports,
    /// States, which lists are mostly read for.
    State,
    /// What the row is called.
    Identity,
}

impl Role {
    /// The role of the column with this name. The cells can change it later.
    pub fn of(name: &str) -> Self {
        let last = last_key(name);
        if is_state_column(last) {
            return Self::State;
        }
        let known = PATTERNS.iter().find(|(_, pattern)| matches(last, *pattern));
        known.map_or(Self::Text, |(role, _)| *role)
    }
}

/// Whether the column with this name has IDs.
pub fn is_id_column(name: &str) -> bool {
    let last = last_key(name);
    last.eq_ignore_ascii_case("id") || matches(last, IDS)
}

/// Whether the column with this name has the names of rows.
pub fn is_name_column(name: &str) -> bool {
    matches(last_key(name), (&["name", "names"], &[]))
}

/// The last key of a path that is not an index: `Names` of `Names.0`.
fn last_key(name: &str) -> &str {
    let is_index = |key: &&str| key.bytes().all(|byte| byte.is_ascii_digit());
    let mut keys = name.rsplit('.');
    keys.find(|key| !is_index(key)).unwrap_or(name)
}

/// Whole names in lower case and without `_`, which match in any case, and endings, which match exactly.
type Pattern = (&'static [&'static str], &'static [&'static str]);

fn matches(name: &str, (whole, ends): Pattern) -> bool {
    let letters = name.bytes().filter(|byte| *byte != b'_');
    let letters = letters.map(|byte| byte.to_ascii_lowercase());
    whole.iter().any(|it| letters.clone().eq(it.bytes()))
        || ends.iter().any(|end| name.ends_with(end))
}

const IDS: Pattern = (&[], &["Id", "ID", "_id"]);

/// The first match counts.
const PATTERNS: [(Role, Pattern); 10] = [
    (Role::Identity, (IDENTITIES, &[])),
    // How many tasks of a service run is its state.
    (Role::State, (&["replicas"], &[])),
    (Role::Reference, IDS),
    (Role::Command, (COMMANDS, &["Command", "Cmd"])),
    (Role::Image, (IMAGES, &["Image", "_image"])),
    (Role::Ports, (&["ports"], &[])),
    (Role::Path, (&["path"], &[])),
    (
        Role::Address,
        (ADDRESSES, &["IP", "_ip", "Address", "_address", "Port"]),
    ),
    (Role::Time, (TIMES, &["At", "_at", "Created"])),
    (
        Role::Name,
        (&["error", "err", "network"], &["Name", "Names", "_name"]),
    ),
];

const IDENTITIES: &[&str] = &[
    "id",
    "name",
    "names",
    "host",
    "hostname",
    "container",
    "service",
];
const COMMANDS: &[&str] = &["command", "cmd", "createdby", "entrypoint", "example"];
const IMAGES: &[&str] = &["image", "repository", "repotags"];
const ADDRESSES: &[&str] = &[
    "ip",
    "ipv4",
    "ipv6",
    "ipaddress",
    "mac",
    "macaddress",
    "address",
    "gateway",
    "subnet",
    "subnets",
    "port",
    "published",
];
const TIMES: &[&str] = &["created", "started", "finished", "updated", "time", "age"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_of_names() {
        use Role::*;
        let cases: &[(Role, &[&str])] = &[
            (
                Identity,
                &[
                    "id",
                    "ID",
                    "Id",
                    "Names",
                    "name",
                    "State.Name",
                    "Names.0",
                    "HOST",
                ],
            ),
            (Reference, &["ImageID", "ParentId", "short_id"]),
            (Name, &["user_name", "DisplayName", "error"]),
            (
                Command,
                &["command", "CMD", "created_by", "CreatedBy", "Config.Cmd"],
            ),
            (Image, &["image", "Config.Image", "RepoTags", "repository"]),
            (Ports, &["ports", "Ports"]),
            (
                Address,
                &[
                    "ip",
                    "IPv6",
                    "GlobalIPv6Address",
                    "mac",
                    "gateway",
                    "IPAM.Config.0.Subnet",
                    "published",
                ],
            ),
            (Time, &["created", "CreatedAt", "created_at", "Created"]),
            (State, &["State", "status", "State.Health.Status"]),
            (
                Text,
                &[
                    "Paid",
                    "grid",
                    "named",
                    "Name.x",
                    "",
                    "12",
                    "Labels",
                    "MEM USAGE / LIMIT",
                ],
            ),
        ];
        for (role, names) in cases {
            for name in *names {
                assert_eq!(Role::of(name), *role, "{name}");
            }
        }
    }

    #[test]
    fn id_columns() {
        for name in ["id", "ID", "ImageID", "parent_id", "Actor.ID"] {
            assert!(is_id_column(name), "{name}");
        }
        for name in ["Name", "Paid", "grid"] {
            assert!(!is_id_column(name), "{name}");
        }
    }
}
