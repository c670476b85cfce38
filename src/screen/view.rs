//! Which part of a frame is visible, and how it looks at a moment.

use std::time::{Duration, Instant};

use super::frame::{Frame, Row, Size};
use super::keys::Key;
use super::line::Line;

/// How long a changed row is marked.
const MARK: Duration = Duration::from_millis(1500);
/// An answer that takes no longer is not spoken of.
const PATIENCE: Duration = Duration::from_secs(3);
/// The step to the left and to the right, in columns.
const STEP: usize = 8;
/// A screen with fewer rows has no status line.
const MIN_ROWS_WITH_STATUS: usize = 3;

const REVERSE: &str = "\x1b[7m";
const FAINT: &str = "\x1b[2m";

/// A frame, and the part of it that is visible.
pub struct View {
    pub frame: Frame,
    pub size: Size,
    /// Since when the server owes an answer, if it does.
    pub awaiting: Option<Instant>,
    /// The first visible row.
    top: usize,
    /// The first visible column.
    left: usize,
}

impl View {
    pub fn new(frame: Frame, size: Size) -> Self {
        Self {
            frame,
            size,
            awaiting: None,
            top: 0,
            left: 0,
        }
    }

    /// Moves the visible part as a key says.
    pub fn scroll(&mut self, key: Key) {
        let page = self.body_rows().saturating_sub(1).max(1);
        let move_by = |at: usize, amount: isize| at.saturating_add_signed(amount);
        match key {
            Key::Rows(amount) => self.top = move_by(self.top, amount),
            Key::HalfPages(halves) => {
                let half = page.div_ceil(2).cast_signed();
                let amount = if halves.abs() == 2 {
                    page.cast_signed() * halves.signum()
                } else {
                    half * halves
                };
                self.top = move_by(self.top, amount);
            }
            Key::Columns(steps) => self.left = move_by(self.left, steps * STEP.cast_signed()),
            Key::First => (self.top, self.left) = (0, 0),
            Key::Last => self.top = usize::MAX,
            Key::Quit | Key::Redraw | Key::Refresh => {}
        }
        self.top = self.top.min(self.last_top());
        if self.left > 0 {
            self.left = self.left.min(self.last_left());
        }
    }

    /// The lines of the whole screen at a moment, one for each of its rows.
    pub fn lines(&self, now: Instant) -> Vec<Line> {
        let top = self.top.min(self.last_top());
        let line = |text: &str, style| Line::new(text, self.left, self.size.columns, style);
        let header = self.frame.header.iter().take(self.header_rows());
        let rows = self.frame.rows.iter().skip(top).take(self.body_rows());
        let mut lines: Vec<Line> = header
            .map(|text| line(text, ""))
            .chain(rows.map(|row| line(&row.text, self.style(row, now))))
            .collect();
        lines.resize_with(self.size.rows - self.status_rows(), Line::default);
        if self.status_rows() > 0 {
            lines.push(Line::new(&self.status(top, now), 0, self.size.columns, ""));
        }
        lines
    }

    /// The next moment at which the lines look different without a new frame.
    pub fn next_change(&self, now: Instant) -> Option<Instant> {
        let marks = self.frame.rows.iter().filter_map(|row| row.changed);
        let faded = marks
            .map(|changed| changed + MARK)
            .filter(|end| *end > now)
            .min();
        let next_second = self.awaiting.map(|since| {
            let seconds = now.saturating_duration_since(since).as_secs() + 1;
            since + Duration::from_secs(seconds).max(PATIENCE)
        });
        faded.into_iter().chain(next_second).min()
    }

    /// Header and rows as they are printed when the screen ends.
    pub fn text(&self) -> String {
        let rows = self.frame.rows.iter().map(|row| &row.text);
        let lines = self.frame.header.iter().chain(rows);
        lines
            .map(|text| Line::new(text, 0, usize::MAX, "").text + "\n")
            .collect()
    }

    fn style(&self, row: &Row, now: Instant) -> &'static str {
        let is_marked = row.changed.is_some_and(|changed| now < changed + MARK);
        if self.frame.is_stale || self.silence(now).is_some() {
            FAINT
        } else if is_marked {
            REVERSE
        } else {
            ""
        }
    }

    /// How long there has been no answer, where that is long.
    fn silence(&self, now: Instant) -> Option<Duration> {
        let silence = now.saturating_duration_since(self.awaiting?);
        (silence >= PATIENCE).then_some(silence)
    }

    fn status(&self, top: usize, now: Instant) -> String {
        let (shown, all) = (self.body_rows(), self.frame.rows.len());
        let place = (shown < all).then(|| format!("{} of {all}", top + shown));
        let silence = self.silence(now);
        let silence = silence.map(|silence| format!("no answer for {} s", silence.as_secs()));
        let parts = [place, silence, Some(self.frame.status.clone())];
        let parts: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|it| !it.is_empty())
            .collect();
        parts.join("  ")
    }

    fn status_rows(&self) -> usize {
        usize::from(self.size.rows >= MIN_ROWS_WITH_STATUS)
    }

    /// The header gives way to the rows where there is no room for both.
    fn header_rows(&self) -> usize {
        let header = self.frame.header.len();
        if header + self.status_rows() < self.size.rows {
            header
        } else {
            0
        }
    }

    fn body_rows(&self) -> usize {
        self.size.rows - self.status_rows() - self.header_rows()
    }

    fn last_top(&self) -> usize {
        self.frame.rows.len().saturating_sub(self.body_rows())
    }

    fn last_left(&self) -> usize {
        let rows = self.frame.rows.iter().map(|row| &row.text);
        let texts = self.frame.header.iter().chain(rows);
        let widest = texts
            .map(|text| Line::new(text, 0, usize::MAX, "").width)
            .max();
        widest.unwrap_or(0).saturating_sub(self.size.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(rows: usize, size: (usize, usize)) -> View {
        let frame = Frame {
            header: vec!["NAME".into()],
            rows: (1..=rows)
                .map(|i| Row {
                    text: format!("row {i}"),
                    changed: None,
                })
                .collect(),
            status: "localhost".into(),
            is_stale: false,
        };
        View::new(
            frame,
            Size {
                columns: size.0,
                rows: size.1,
            },
        )
    }

    fn texts(view: &View, now: Instant) -> Vec<String> {
        view.lines(now).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_short_table_has_its_status_on_the_last_line() {
        let lines = texts(&view(2, (20, 6)), Instant::now());
        assert_eq!(lines, ["NAME", "row 1", "row 2", "", "", "localhost"]);
    }

    #[test]
    fn a_long_table_scrolls_below_its_header() {
        let mut view = view(9, (20, 6));
        let cases = [
            (None, 1),
            (Some(Key::Rows(-1)), 1),
            (Some(Key::Rows(1)), 2),
            (Some(Key::HalfPages(2)), 5),
            (Some(Key::HalfPages(2)), 6),
            (Some(Key::HalfPages(-1)), 4),
            (Some(Key::First), 1),
            (Some(Key::Last), 6),
        ];
        for (key, first) in cases {
            key.into_iter().for_each(|key| view.scroll(key));
            let mut expected = vec!["NAME".to_owned()];
            expected.extend((first..first + 4).map(|i| format!("row {i}")));
            expected.push(format!("{} of 9  localhost", first + 3));
            assert_eq!(texts(&view, Instant::now()), expected, "{key:?}");
        }
        // The table may shrink meanwhile.
        view.frame.rows.truncate(4);
        assert_eq!(texts(&view, Instant::now())[1], "row 1");
    }

    #[test]
    fn wide_lines_scroll_with_their_header() {
        let mut view = view(1, (5, 4));
        view.frame.rows[0].text = "0123456789".into();
        view.scroll(Key::Columns(1));
        assert_eq!(texts(&view, Instant::now())[..2], ["", "56789"]);
        view.scroll(Key::Columns(-1));
        assert_eq!(texts(&view, Instant::now())[..2], ["NAME", "01234"]);
    }

    #[test]
    fn a_small_screen_shows_rows_first() {
        let now = Instant::now();
        assert_eq!(texts(&view(2, (3, 1)), now), ["row"]);
        assert_eq!(texts(&view(2, (9, 2)), now), ["NAME", "row 1"]);
        assert_eq!(texts(&view(2, (9, 3)), now), ["NAME", "row 1", "1 of 2  l"]);
        assert_eq!(texts(&view(2, (1, 1)), now), ["r"]);
        assert_eq!(texts(&view(0, (0, 0)), now), Vec::<String>::new());
    }

    #[test]
    fn a_changed_row_is_marked_for_a_moment() {
        let mut view = view(2, (20, 4));
        let now = Instant::now();
        assert_eq!(view.next_change(now), None);
        view.frame.rows[1].changed = Some(now);
        assert_eq!(texts(&view, now)[1..3], ["row 1", "\x1b[7mrow 2\x1b[0m"]);
        let end = view.next_change(now).unwrap_or(now);
        assert_eq!(end, now + MARK);
        assert_eq!(texts(&view, end)[1..3], ["row 1", "row 2"]);
        assert_eq!(view.next_change(end), None);
    }

    #[test]
    fn silence_is_counted_in_seconds() {
        let mut view = view(1, (40, 3));
        let begun = Instant::now();
        view.awaiting = Some(begun);
        assert_eq!(texts(&view, begun)[1..], ["row 1", "localhost"]);
        let mut now = begun;
        for seconds in [3, 4, 5] {
            now = view.next_change(now).unwrap_or(now);
            assert_eq!(now, begun + Duration::from_secs(seconds));
            let status = format!("no answer for {seconds} s  localhost");
            assert_eq!(texts(&view, now)[1..], ["\x1b[2mrow 1\x1b[0m", &status]);
        }
        view.awaiting = None;
        view.frame.is_stale = true;
        assert_eq!(texts(&view, now)[1..], ["\x1b[2mrow 1\x1b[0m", "localhost"]);
    }

    #[test]
    fn the_whole_table_is_printed_at_the_end() {
        assert_eq!(view(2, (2, 2)).text(), "NAME\nrow 1\nrow 2\n");
    }
}
