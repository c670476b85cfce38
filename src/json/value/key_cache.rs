//! Keys that were read before, so that objects of the same shape share them.

use std::cell::RefCell;

use super::seen_keys::SeenKeys;
use super::shared_str::SharedStr;
use super::string_literal::StringLiteral;

/// The bits of a fingerprint that choose a slot.
const SLOT_BITS: u32 = 7;

/// The longest key that is kept, in bytes.
const MAX_LENGTH: usize = 64;

thread_local! {
    /// The last key of each slot.
    static KEYS: RefCell<[Option<SharedStr>; 1 << SLOT_BITS]> =
        const { RefCell::new([const { None }; 1 << SLOT_BITS]) };
}

/// The string that a key spells; mostly the same allocation for the same key.
pub fn shared_key(literal: StringLiteral) -> SharedStr {
    if literal.is_escaped || literal.content.len() > MAX_LENGTH {
        return SharedStr::from(literal.decode());
    }
    KEYS.with_borrow_mut(|keys| {
        let slot = &mut keys[(SeenKeys::fingerprint(literal) >> (u64::BITS - SLOT_BITS)) as usize];
        match slot {
            Some(known) if literal.equals(known) => known.clone(),
            _ => slot.insert(SharedStr::from(literal.decode())).clone(),
        }
    })
}
