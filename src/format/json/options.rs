//! How JSON text looks, apart from its colours.

use super::escape::Escapes;
use crate::settings::JsonLayout;

/// How JSON text looks, apart from its colours.
#[derive(Clone, Copy, Debug)]
pub struct JsonOptions {
    pub layout: JsonLayout,
    pub sort_keys: bool,
    pub escapes: Escapes,
}
