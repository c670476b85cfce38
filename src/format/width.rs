//! Columns that text takes on a terminal (UAX #11; emoji sequences and combining marks included).

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The columns a text takes.
#[inline]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// As much of the text as fits into so many columns, nothing cut in the middle of what is seen as one character;
/// and the columns that takes.
pub fn cut(text: &str, columns: usize) -> (&str, usize) {
    if text.is_ascii() {
        let end = text.len().min(columns);
        return (&text[..end], end);
    }
    let mut taken = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        let next = taken + cluster.width();
        if next > columns {
            return (&text[..at], taken);
        }
        taken = next;
    }
    (text, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_terminal() {
        let cases = [
            ("", 0),
            ("web", 3),
            ("größe", 5),
            ("e\u{301}", 1),
            ("日本", 4),
            ("ﾊﾝｶｸ", 4),
            ("😀", 2),
            ("👩\u{200d}👩\u{200d}👧", 2),
            ("👍🏽", 2),
            ("🇩🇪", 2),
            ("❤\u{fe0f}", 2),
            ("a\u{200b}b", 2),
            ("…", 1),
        ];
        for (text, columns) in cases {
            assert_eq!(width(text), columns, "{text:?}");
        }
    }

    #[test]
    fn cuts_between_characters() {
        let cases = [
            ("abc", 2, "ab"),
            ("abc", 5, "abc"),
            ("日本語", 4, "日本"),
            ("日本語", 5, "日本"),
            ("e\u{301}e\u{301}", 1, "e\u{301}"),
            ("a👩\u{200d}👩\u{200d}👧b", 2, "a"),
            ("a👩\u{200d}👩\u{200d}👧b", 3, "a👩\u{200d}👩\u{200d}👧"),
            ("🇩🇪🇫🇷", 3, "🇩🇪"),
            ("abc", 0, ""),
            ("日", 1, ""),
        ];
        for (text, columns, expected) in cases {
            assert_eq!(
                cut(text, columns),
                (expected, width(expected)),
                "{text:?} {columns}"
            );
        }
    }
}
