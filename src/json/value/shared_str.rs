//! The string of a value: a counted reference to text that grows in place while nothing else refers to it.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error, realloc};
use std::borrow::{Borrow, Cow};
use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::ptr::NonNull;

use super::char_positions;

/// What lies in front of the bytes of a string, in the same allocation.
#[repr(C)]
struct Header {
    /// The number of references, at least 1.
    count: Cell<u32>,
    /// The size of the allocation in [`GRANULE`]s, in the bits of [`MAX_GRANULES`]; and above them what is known of the
    /// text: [`ASCII`], [`NOT_ASCII`], [`POSITIONS`] or none of them.
    granules: Cell<u32>,
    /// The length of the text in bytes.
    length: usize,
}

const HEADER_SIZE: usize = size_of::<Header>();
const ASCII: u32 = 1 << 30;
const NOT_ASCII: u32 = 1 << 31;
/// The text is not ASCII, and positions of its characters may be known.
const POSITIONS: u32 = ASCII | NOT_ASCII;

/// Positions are known of texts of at least this length in bytes: a shorter one is counted anew as fast.
const LONG: usize = 256;

/// Allocations are a multiple of this, as those of most allocators are.
const GRANULE: usize = 16;

/// The size of the largest allocation, 16 GiB.
const MAX_GRANULES: u32 = ASCII - 1;

/// A string that is cheap to clone: clones share one allocation, whose references are counted without atomics.
///
/// It is one pointer wide. A string with a single reference is appended to in place, in amortized constant time a byte;
/// another one is copied first.
pub struct SharedStr {
    header: NonNull<Header>,
    owns: PhantomData<Header>,
}

impl SharedStr {
    /// An empty string with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            header: allocate(capacity),
            owns: PhantomData,
        }
    }

    /// Whether both refer to the same allocation.
    #[inline]
    pub fn ptr_eq(left: &Self, right: &Self) -> bool {
        left.header == right.header
    }

    /// Whether all characters are ASCII. The answer is remembered.
    #[inline]
    pub fn is_ascii(&self) -> bool {
        match self.known() {
            0 => self.find_ascii(),
            known => known == ASCII,
        }
    }

    fn find_ascii(&self) -> bool {
        let is_ascii = self.as_bytes().is_ascii();
        self.note(if is_ascii { ASCII } else { NOT_ASCII });
        is_ascii
    }

    /// What is known of the characters.
    #[inline]
    fn known(&self) -> u32 {
        self.header().granules.get() & POSITIONS
    }

    /// Replaces what is known of the characters.
    fn note(&self, known: u32) {
        let granules = &self.header().granules;
        granules.set((granules.get() & MAX_GRANULES) | known);
    }

    /// The bytes that fit into the allocation.
    fn capacity(&self) -> usize {
        (self.header().granules.get() & MAX_GRANULES) as usize * GRANULE - HEADER_SIZE
    }

    /// The number of characters (code points).
    pub fn char_count(&self) -> usize {
        if self.is_ascii() {
            self.len()
        } else if self.len() < LONG {
            self.chars().count()
        } else {
            self.note(POSITIONS);
            char_positions::char_count(self.address(), self)
        }
    }

    /// The bytes that a range of characters takes; what is behind the end is left out. A loop over slices of one text
    /// takes linear time.
    pub fn byte_range(&self, characters: &Range<usize>) -> Range<usize> {
        if self.is_ascii() {
            let end = characters.end.min(self.len());
            return characters.start.min(end)..end;
        }
        if self.len() >= LONG {
            self.note(POSITIONS);
            return char_positions::byte_range(self.address(), self, characters);
        }
        let mut offsets = self.char_indices().map(|(offset, _)| offset);
        let start = offsets.nth(characters.start).unwrap_or(self.len());
        let end = match characters.len().checked_sub(1) {
            None => start,
            Some(more) => offsets.nth(more).unwrap_or(self.len()),
        };
        start..end
    }

    /// What distinguishes this text from all others of the thread.
    fn address(&self) -> usize {
        self.header.as_ptr().addr()
    }

    /// Forgets the positions of the characters, of a text that is about to be freed or moved.
    fn forget_positions(&self) {
        if self.known() == POSITIONS {
            self.note(NOT_ASCII);
            char_positions::forget(self.address());
        }
    }

    /// Appends text.
    pub fn push_str(&mut self, text: &str) {
        self.reserve(text.len());
        self.append(text);
    }

    /// Appends a character.
    pub fn push(&mut self, c: char) {
        self.push_str(c.encode_utf8(&mut [0; 4]));
    }

    /// Makes this the only reference to its text, with room for at least `additional` more bytes.
    pub fn reserve(&mut self, additional: usize) {
        let needed = self.len().saturating_add(additional);
        if self.header().count.get() > 1 {
            let mut copy = Self::with_capacity(needed);
            copy.append(self);
            *self = copy;
        } else if needed > self.capacity() {
            self.grow(needed);
        }
    }

    /// Moves the text of the only reference to a larger allocation: half as large again as needed, so that appending is
    /// linear in all.
    #[cold]
    #[inline(never)]
    #[allow(unsafe_code)]
    fn grow(&mut self, needed: usize) {
        self.forget_positions();
        let known = self.known();
        let (old, new) = (
            layout(self.capacity()),
            layout(needed.saturating_add(needed / 2)),
        );
        // SAFETY: the block was allocated with `old`, the layout of its capacity. `new` is not empty, has the same
        // alignment, and as a `Layout` does not overflow an `isize`.
        let block = unsafe { realloc(self.header.as_ptr().cast(), old, new.size()) };
        let Some(header) = NonNull::new(block.cast::<Header>()) else {
            handle_alloc_error(new);
        };
        self.header = header;
        self.header().granules.set(granules(new) | known);
    }

    /// Appends text for which there is room. This must be the only reference.
    #[allow(unsafe_code)]
    fn append(&mut self, text: &str) {
        let length = self.len();
        assert!(self.header().count.get() == 1 && text.len() <= self.capacity() - length);
        if self.known() == ASCII && !text.is_ascii() {
            self.note(NOT_ASCII);
        }
        // SAFETY: behind the first `length` bytes the allocation has room for `text`, as was asserted. `text` cannot
        // overlap it: no reference but this one gives access to the allocation, and it is borrowed mutably. The header is
        // written through the pointer that owns it, while no borrow of it is in use.
        unsafe {
            let end = self.bytes().add(length);
            std::ptr::copy_nonoverlapping(text.as_ptr(), end, text.len());
            (*self.header.as_ptr()).length = length + text.len();
        }
    }

    #[inline]
    #[allow(unsafe_code)]
    fn header(&self) -> &Header {
        // SAFETY: the pointer is to a header that `allocate` has initialized, and it is freed only with the last
        // reference. Other references change nothing of it but cells; `append` alone changes the length, and it borrows
        // the only reference mutably.
        unsafe { self.header.as_ref() }
    }

    /// The first byte of the text.
    #[inline]
    #[allow(unsafe_code)]
    fn bytes(&self) -> *mut u8 {
        // SAFETY: every allocation has at least `HEADER_SIZE` bytes, so the result is inside of it or at its end.
        unsafe { self.header.as_ptr().cast::<u8>().add(HEADER_SIZE) }
    }

    #[cold]
    #[inline(never)]
    #[allow(unsafe_code)]
    fn free(&mut self) {
        self.forget_positions();
        let layout = layout(self.capacity());
        // SAFETY: the block was allocated with the layout of its capacity, and no other reference is left.
        unsafe { dealloc(self.header.as_ptr().cast(), layout) };
    }
}

/// The layout of a string of this capacity. One that is too large ends the process as a failed allocation does.
fn layout(capacity: usize) -> Layout {
    let size = capacity
        .saturating_add(HEADER_SIZE)
        .checked_next_multiple_of(GRANULE);
    let size = size.filter(|size| size / GRANULE <= MAX_GRANULES as usize);
    let layout = size.and_then(|size| Layout::from_size_align(size, align_of::<Header>()).ok());
    layout.unwrap_or_else(|| handle_alloc_error(Layout::new::<Header>()))
}

fn granules(layout: Layout) -> u32 {
    (layout.size() / GRANULE) as u32
}

/// A new allocation for an empty string with one reference.
#[allow(unsafe_code)]
fn allocate(capacity: usize) -> NonNull<Header> {
    let layout = layout(capacity);
    // SAFETY: the layout has the size of the header at least, so it is not empty.
    let block = unsafe { alloc(layout) };
    let Some(header) = NonNull::new(block.cast::<Header>()) else {
        handle_alloc_error(layout);
    };
    let empty = Header {
        count: Cell::new(1),
        granules: Cell::new(granules(layout)),
        length: 0,
    };
    // SAFETY: the block is new, large enough for a header and aligned for it.
    unsafe { header.write(empty) };
    header
}

impl Deref for SharedStr {
    type Target = str;

    #[inline]
    #[allow(unsafe_code)]
    fn deref(&self) -> &str {
        // SAFETY: `length` bytes behind the header are initialized, and only whole strings were written there, so they
        // are UTF-8. They change only through a mutable borrow of the only reference.
        unsafe {
            let bytes = std::slice::from_raw_parts(self.bytes(), self.header().length);
            std::str::from_utf8_unchecked(bytes)
        }
    }
}

impl Clone for SharedStr {
    #[inline]
    fn clone(&self) -> Self {
        let count = &self.header().count;
        // The count must not wrap: the text would be freed while it is used.
        let Some(more) = count.get().checked_add(1) else {
            std::process::abort();
        };
        count.set(more);
        Self {
            header: self.header,
            owns: PhantomData,
        }
    }
}

impl Drop for SharedStr {
    #[inline]
    fn drop(&mut self) {
        let count = &self.header().count;
        match count.get() {
            1 => self.free(),
            more => count.set(more - 1),
        }
    }
}

impl Default for SharedStr {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl From<&str> for SharedStr {
    fn from(text: &str) -> Self {
        let mut string = Self::with_capacity(text.len());
        string.append(text);
        string
    }
}

impl From<String> for SharedStr {
    fn from(text: String) -> Self {
        Self::from(&*text)
    }
}

impl From<Cow<'_, str>> for SharedStr {
    fn from(text: Cow<str>) -> Self {
        Self::from(&*text)
    }
}

impl FromIterator<char> for SharedStr {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> Self {
        let mut string = Self::default();
        characters.into_iter().for_each(|c| string.push(c));
        string
    }
}

impl AsRef<str> for SharedStr {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for SharedStr {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for SharedStr {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        Self::ptr_eq(self, other) || **self == **other
    }
}

impl Eq for SharedStr {}

impl PartialEq<str> for SharedStr {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialOrd for SharedStr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SharedStr {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if Self::ptr_eq(self, other) {
            Ordering::Equal
        } else {
            (**self).cmp(&**other)
        }
    }
}

impl Hash for SharedStr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for SharedStr {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for SharedStr {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl fmt::Write for SharedStr {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER_SIZE, SharedStr};

    #[test]
    fn it_is_one_pointer_wide() {
        assert_eq!(size_of::<SharedStr>(), 8);
        assert_eq!(size_of::<Option<SharedStr>>(), 8);
        assert_eq!(HEADER_SIZE, 16);
    }

    #[test]
    fn text_that_is_shared_is_copied_before_it_is_appended_to() {
        let first = SharedStr::from("abc");
        let mut second = first.clone();
        assert!(SharedStr::ptr_eq(&first, &second));
        second.push_str("def");
        assert_eq!((&*first, &*second), ("abc", "abcdef"));
        let third = second.clone();
        drop(second);
        assert_eq!(&*third, "abcdef");
    }

    #[test]
    fn the_only_reference_grows_in_place_and_rarely_moves() {
        let mut text = SharedStr::default();
        let mut moves = 0;
        for i in 0..2000 {
            let before = text.as_ptr();
            text.push(char::from(b'a' + (i % 26) as u8));
            moves += usize::from(text.as_ptr() != before);
        }
        let expected: String = (0..2000)
            .map(|i| char::from(b'a' + (i % 26) as u8))
            .collect();
        assert_eq!(&*text, expected);
        assert!(moves < 20, "{moves} moves");
    }

    #[test]
    fn what_is_known_of_the_characters_follows_the_text() {
        let mut text = SharedStr::from("ab");
        assert!(text.is_ascii() && text.is_ascii());
        text.push('é');
        assert!(!text.is_ascii());
        assert_eq!(text.char_count(), 3);
        text.push_str(&"x".repeat(100));
        assert!(!text.is_ascii());
        assert_eq!(text.char_count(), 103);
        let copy = text.clone();
        text.push('y');
        assert_eq!((copy.char_count(), text.char_count()), (103, 104));
    }

    /// Two texts take turns, are appended to, moved, freed and made anew, often at the address of another.
    #[test]
    fn positions_of_characters_follow_the_text() {
        let mut seed = 1_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % below
        };
        let mut texts = [SharedStr::default(), SharedStr::default()];
        for _ in 0..if cfg!(miri) { 300 } else { 20_000 } {
            let chosen = random(2);
            match random(40) {
                0 => texts[chosen] = SharedStr::default(),
                1 => texts[chosen] = texts[1 - chosen].clone(),
                2..8 => {
                    let piece = ["a", "é", "€", "😀", "plain text"][random(5)];
                    texts[chosen].push_str(&piece.repeat(random(60)));
                }
                _ => {
                    let text = &texts[chosen];
                    let count = text.chars().count();
                    assert_eq!(text.char_count(), count);
                    let start = random(count + 2);
                    let range = start..start + random(count + 2);
                    let expected = text.chars().skip(range.start).take(range.len());
                    let found = &text[text.byte_range(&range)];
                    assert_eq!(found, expected.collect::<String>());
                }
            }
        }
    }

    #[test]
    fn it_compares_as_its_text() {
        let (a, b) = (SharedStr::from("a"), SharedStr::from("b"));
        assert!(a < b && a == a.clone());
        assert_eq!(a, SharedStr::from("a"));
        assert_eq!(format!("{a} {b:?}"), "a \"b\"");
        assert_eq!(SharedStr::default(), SharedStr::from(String::new()));
    }
}
