//! The traits through which jaq-core and jaq-std use a value.

use std::rc::Rc;

use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::val::Range;
use jaq_core::{Exn, ValX};

use super::error::{ValR, ValueError};
use super::lossy::lossy;
use super::num::Num;
use super::types::{Map, Value};

impl jaq_core::ValT for Value {
    fn from_num(text: &str) -> ValR {
        Ok(Self::Num(Num::parse(text)))
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(entries: I) -> ValR {
        let entries = entries.into_iter().map(|(key, value)| match key {
            Self::Str(key) => Ok((key, value)),
            other => Err(ValueError::str(format_args!(
                "Cannot use {} as object key",
                other.describe()
            ))),
        });
        Ok(Self::from(entries.collect::<Result<Map, ValueError>>()?))
    }

    fn key_values(self) -> BoxIter<'static, KeyValueResult> {
        match self {
            Self::Arr(array) => {
                Box::new((0..array.len()).map(move |i| Ok((Self::from(i), array[i].clone()))))
            }
            Self::Obj(object) => {
                let mut position = 0;
                Box::new(std::iter::from_fn(move || {
                    let (at, key, value) = object.member_from(position)?;
                    position = at + 1;
                    Some(Ok((Self::Str(key.clone()), value.clone())))
                }))
            }
            other => box_once(Err(other.iteration_error())),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR>> {
        match self {
            Self::Arr(array) => match Rc::try_unwrap(array) {
                Ok(array) => Box::new(array.into_vec().into_iter().map(Ok)),
                Err(array) => Box::new((0..array.len()).map(move |i| Ok(array[i].clone()))),
            },
            Self::Obj(object) => {
                let mut position = 0;
                Box::new(std::iter::from_fn(move || {
                    let (at, _, value) = object.member_from(position)?;
                    position = at + 1;
                    Some(Ok(value.clone()))
                }))
            }
            other => box_once(Err(other.iteration_error())),
        }
    }

    fn index(self, index: &Self) -> ValR {
        self.get(index)
    }

    fn range(self, range: Range<&Self>) -> ValR {
        self.slice(range.start, range.end)
    }

    /// `.[] |= f`: the first output of `f` replaces the element; if there is none, the element is deleted.
    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match self {
            Self::Arr(array) => {
                let elements = Rc::unwrap_or_clone(array).into_vec().into_iter();
                Ok(Self::from(
                    elements
                        .filter_map(|element| f(element).next())
                        .collect::<Result<Vec<_>, _>>()?,
                ))
            }
            Self::Obj(object) => {
                let entries = Rc::unwrap_or_clone(object).into_map().into_iter();
                let mapped =
                    entries.filter_map(|(key, value)| Some(f(value).next()?.map(|new| (key, new))));
                Ok(Self::from(mapped.collect::<Result<Map, _>>()?))
            }
            other => opt.fail(other, |other| Exn::from(other.iteration_error())),
        }
    }

    /// `.[k] |= f`: the element is taken out while `f` runs, so that `f` can change it without a copy.
    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        mut self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let old = match self.take(index) {
            Ok(old) => old,
            Err(error) => return opt.fail(self, |_| Exn::from(error)),
        };
        match f(old).next() {
            Some(new) => Ok(self.set(index, new?)?),
            None => Ok(self.delete_key(index)?),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: Range<&Self>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        self.map_index(
            &Self::from(range.start.cloned()..range.end.cloned()),
            opt,
            f,
        )
    }

    fn as_bool(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    fn into_string(self) -> Self {
        match self {
            Self::Str(_) => self,
            other => Self::from(other.to_json()),
        }
    }
}

/// A key and its value, or the error of getting them.
type KeyValueResult = Result<(Value, Value), ValueError>;

impl jaq_std::ValT for Value {
    fn into_seq<S: FromIterator<Self>>(self) -> Result<S, Self> {
        match self {
            Self::Arr(array) => match Rc::try_unwrap(array) {
                Ok(array) => Ok(array.into_vec().into_iter().collect()),
                Err(array) => Ok(array.iter().cloned().collect()),
            },
            other => Err(other),
        }
    }

    fn is_int(&self) -> bool {
        matches!(self, Self::Num(n) if n.as_integer().is_some())
    }

    fn as_isize(&self) -> Option<isize> {
        match self {
            Self::Num(n) => n.as_integer().and_then(|i| isize::try_from(i).ok()),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Num(n) => Some(n.as_f64()),
            _ => None,
        }
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self, Self::Str(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        self.as_str().map(str::as_bytes)
    }

    fn as_sub_str(&self, sub: &[u8]) -> Self {
        Self::from_utf8_bytes(sub.to_vec())
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::from(lossy(bytes.as_ref()).into_owned())
    }
}
