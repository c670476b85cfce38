//! Values → bytes.
