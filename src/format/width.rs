//! The width of text on a terminal, in character cells (UAX #11), with emoji sequences and combining marks.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The width of a text in character cells.
#[inline]
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// The longest prefix of the text that is at most `columns` wide, and its width. It ends at the boundary of a
/// grapheme cluster (UAX #29).
pub fn truncate(text: &str, columns: usize) -> (&str, usize) {
    if text.is_ascii() {
        let end = text.len().min(columns);
        return (&text[..end], end);
    }
    let mut width = 0;
    for (at, cluster) in text.grapheme_indices(true) {
        let next = width + cluster.width();
        if next > columns {
            return (&text[..at], width);
        }
        width = next;
    }
    (text, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths() {
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
    fn text_is_cut_between_grapheme_clusters() {
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
                truncate(text, columns),
                (expected, width(expected)),
                "{text:?} {columns}"
            );
        }
    }
}
