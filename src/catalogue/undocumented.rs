//! Parameters that the API's description does not list, but that older engines or Podman take.

use super::endpoint::Endpoint;

/// One line per endpoint; the columns are explained in its first line. They are those of moby's API 1.24
/// to 1.56 and of Podman 5 as far as known: a name that is missing here is refused where it could do harm, and can be
/// typed in the endpoint's own query instead.
const TABLE: &str = include_str!("undocumented.tsv");

/// What one endpoint takes besides the parameters in the catalogue.
pub struct Undocumented {
    query: &'static str,
    filters: &'static str,
    podman: &'static str,
}

impl Undocumented {
    /// The parameters of an endpoint. Those of Podman only count where the host is Podman's.
    pub fn of(endpoint: &Endpoint, podman: bool) -> Self {
        let fields = TABLE
            .lines()
            .map(|line| line.split('\t').collect::<Vec<_>>());
        let found = fields
            .filter(|it| it.len() == 5)
            .find(|it| (it[0], it[1]) == (endpoint.method, endpoint.path));
        let field = |at| found.as_ref().map_or("", |it| it[at]);
        Self {
            query: field(2),
            filters: field(3),
            podman: if podman { field(4) } else { "" },
        }
    }

    /// Whether it takes this parameter, spelt as `-q` takes it.
    pub fn takes(&self, key: &str) -> bool {
        let has = |list: &str, name: &str| list.split_whitespace().any(|it| it == name);
        let is_filter = key.strip_prefix("filters.");
        has(self.podman, key)
            || match is_filter {
                Some(filter) => has(self.filters, filter),
                None => has(self.query, key),
            }
    }
}
