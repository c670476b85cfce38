//! The shape of JSON text, which may be long, cut off anywhere, or no JSON at all.

use std::fmt;
use std::time::{Duration, Instant};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use dq_filter::at_cursor::Shape;

/// How long reading may take: with 0.2 seconds for the host it is still short enough for a TAB.
const TIME: Duration = Duration::from_millis(60);

/// Longer keys are not kept: nobody chooses them from a list.
const MAX_KEY: usize = 200;

/// The time is looked at once in so many keys of an object.
const KEYS_AT_ONCE: usize = 64;

/// The shape of all values in the text, as far as it can be read in time.
pub fn shape_of_json(text: &[u8]) -> Shape {
    let mut shape = Shape::default();
    let end = Instant::now() + TIME;
    let mut values = serde_json::Deserializer::from_slice(text);
    let mut note = || {
        let noted = Noted {
            shape: &mut shape,
            end,
        };
        noted.deserialize(&mut values)
    };
    // The first error is the end of the text, or the place from which on nothing is known.
    while note().is_ok() {}
    shape
}

/// A value that is noted in a shape while it is parsed.
struct Noted<'s> {
    shape: &'s mut Shape,
    /// When to stop.
    end: Instant,
}

impl Noted<'_> {
    fn add<E>(self, bit: u8) -> Result<(), E> {
        self.shape.add_type(bit);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Noted<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Noted<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.add(Shape::NULL)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.add(Shape::BOOLEAN)
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.add(Shape::NUMBER)
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.add(Shape::NUMBER)
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.add(Shape::NUMBER)
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.add(Shape::STRING)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        self.shape.add_type(Shape::ARRAY);
        loop {
            if Instant::now() > self.end {
                return Err(A::Error::custom("the time is over"));
            }
            let noted = Noted {
                shape: self.shape.element_mut(),
                end: self.end,
            };
            if from.next_element_seed(noted)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        self.shape.add_type(Shape::OBJECT);
        let (mut near, mut count) = (0, 0_usize);
        loop {
            let key = Key {
                shape: self.shape,
                near,
            };
            let Some(position) = from.next_key_seed(key)? else {
                return Ok(());
            };
            count += 1;
            // An object may be as long as an array, and its keys are looked for one by one.
            if count.is_multiple_of(KEYS_AT_ONCE) && Instant::now() > self.end {
                return Err(A::Error::custom("the time is over"));
            }
            match position.and_then(|it| self.shape.value_mut(it)) {
                Some(shape) => from.next_value_seed(Noted {
                    shape,
                    end: self.end,
                })?,
                None => drop(from.next_value::<IgnoredAny>()?),
            }
            near = position.map_or(near, |it| it + 1);
        }
    }
}

/// A key, for which its position in the shape is returned. The text is borrowed: a list has hundreds of thousands of
/// keys.
struct Key<'s> {
    shape: &'s mut Shape,
    near: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let is_short = key.len() <= MAX_KEY;
        Ok(is_short
            .then(|| self.shape.position(key, self.near))
            .flatten())
    }
}
