//! The type of a response's body.

use std::io::Read;

/// The bytes of a response's body. Pass its errors to [`read_error`](crate::read_error).
pub type Body = Box<dyn Read + Send>;
