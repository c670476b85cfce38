//! A word that is searched for.

/// A word, found in either case of its ASCII letters.
pub struct Word(Box<[u8]>);

impl Word {
    pub fn new(word: &str) -> Self {
        Self(word.to_ascii_lowercase().as_bytes().into())
    }

    /// Where the word begins in the text, in bytes.
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        let Some(&first) = self.0.first() else {
            return Some(0);
        };
        let last = text.len().checked_sub(self.0.len())?;
        let starts = memchr::memchr2_iter(first, first.to_ascii_uppercase(), &text[..=last]);
        let is_word = |at: &usize| text[*at..*at + self.0.len()].eq_ignore_ascii_case(&self.0);
        starts.into_iter().find(is_word)
    }
}
