//! The endpoints of Docker's Engine API, for `--endpoints`, completion and hints. The table is parsed on each use.

mod endless;
mod endpoint;
mod explain;
mod fields;
mod missing_fields;
mod misspelt;
mod misspelt_fields;
mod search;
mod shape;
mod table;
#[cfg(test)]
mod tests;
mod undocumented;

pub use endless::{Endless, endless_reason, is_true, query_value, stream};
pub use endpoint::{Endpoint, Parameter};
pub use explain::{explanation, field_explanation};
pub use fields::{Field, answer, body};
pub use missing_fields::missing_field_hint;
pub use misspelt::misspellings;
pub use misspelt_fields::{field_without_body, misspelt_field};
pub use search::{forbidden_by_proxy, hint, matching, nearest, wrong_method};
pub use shape::answer_shape;
pub use table::{endpoints, fitting, split_version};
