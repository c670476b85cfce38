//! Bytes → values → jq filter → values.

pub mod value;
