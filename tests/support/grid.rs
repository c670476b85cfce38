//! A small model of a terminal: what the bytes written to it leave on its screen.

use unicode_width::UnicodeWidthChar;

/// A terminal with a normal and an alternate screen. It knows the sequences that dq and shells without a prompt of their
/// own write, and panics at any other.
pub struct Grid {
    columns: usize,
    /// The cells of each screen: the normal one, which keeps what scrolls off, and the alternate one.
    screens: [Vec<Vec<String>>; 2],
    /// The cursor of each screen: row and column.
    cursors: [(usize, usize); 2],
    pub is_alternate: bool,
    pub shows_cursor: bool,
    pub is_synchronized: bool,
    pub wraps: bool,
    /// The SGR attributes that are on.
    pub attributes: String,
    /// Bytes whose rest has not arrived.
    pending: Vec<u8>,
}

impl Grid {
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            screens: [Vec::new(), Vec::new()],
            cursors: [(0, 0); 2],
            is_alternate: false,
            shows_cursor: true,
            is_synchronized: false,
            wraps: true,
            attributes: String::new(),
            pending: Vec::new(),
        }
    }

    /// Gives the terminal another size. What does not fit the alternate screen is lost.
    pub fn resize(&mut self, columns: usize, rows: usize) {
        self.columns = columns;
        let screen = &mut self.screens[1];
        screen.truncate(rows);
        screen.iter_mut().for_each(|line| line.truncate(columns));
    }

    /// Whether everything is as a shell expects it.
    pub fn is_restored(&self) -> bool {
        !self.is_alternate
            && self.shows_cursor
            && !self.is_synchronized
            && self.wraps
            && self.attributes.is_empty()
    }

    /// The lines of the screen that is visible, without spaces at their ends.
    pub fn lines(&self) -> Vec<String> {
        let lines = self.screens[usize::from(self.is_alternate)].iter();
        lines
            .map(|line| line.concat().trim_end().to_owned())
            .collect()
    }

    /// The lines of the normal screen.
    pub fn normal_lines(&self) -> Vec<String> {
        let lines = self.screens[0].iter();
        lines
            .map(|line| line.concat().trim_end().to_owned())
            .collect()
    }

    pub fn write(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.pending);
        let whole = match str::from_utf8(&bytes) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let mut text = str::from_utf8(&bytes[..whole]).unwrap();
        while let Some(next) = text.chars().next() {
            let rest = match next {
                '\x1b' => self.sequence(text),
                next => {
                    self.character(next);
                    Some(&text[next.len_utf8()..])
                }
            };
            match rest {
                Some(rest) => text = rest,
                None => break,
            }
        }
        self.pending = [text.as_bytes(), &bytes[whole..]].concat();
    }

    fn screen(&mut self) -> (&mut Vec<Vec<String>>, &mut (usize, usize)) {
        let at = usize::from(self.is_alternate);
        (&mut self.screens[at], &mut self.cursors[at])
    }

    fn character(&mut self, character: char) {
        let (columns, wraps) = (self.columns, self.wraps);
        let (screen, cursor) = self.screen();
        match character {
            '\r' => cursor.1 = 0,
            '\n' => cursor.0 += 1,
            '\x08' => cursor.1 = cursor.1.saturating_sub(1),
            '\x07' => {}
            character => {
                let width = character.width().unwrap_or(0);
                if cursor.1 + width > columns {
                    *cursor = if wraps {
                        (cursor.0 + 1, 0)
                    } else {
                        (cursor.0, columns.saturating_sub(width))
                    };
                }
                let line = line(screen, cursor.0);
                line.resize(line.len().max(cursor.1 + width.max(1)), " ".into());
                if width == 0 {
                    let before = cursor.1.checked_sub(1).unwrap();
                    line[before].push(character);
                } else {
                    line[cursor.1] = character.into();
                    line[cursor.1 + 1..cursor.1 + width].fill(String::new());
                    cursor.1 += width;
                }
            }
        }
    }

    /// Carries out the sequence at the beginning; returns the text behind it, or `None` if it is not complete.
    fn sequence<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let body = text.strip_prefix("\x1b[");
        let Some(body) = body else {
            // A set of characters or the mode of the keypad, which shells may set.
            return (text.len() > 1).then(|| &text[text.len().min(2)..]);
        };
        let end = body.find(|it: char| ('\x40'..='\x7e').contains(&it) || it == '\x1b')?;
        if body[end..].starts_with('\x1b') {
            return Some(&body[end..]);
        }
        let (parameters, last) = (&body[..end], &body[end..=end]);
        let numbers: Vec<usize> = parameters
            .split(';')
            .map(|it| it.parse().unwrap_or(1))
            .collect();
        let (screen, cursor) = self.screen();
        match (last, parameters) {
            ("H", _) => {
                *cursor = (
                    numbers[0] - 1,
                    numbers.get(1).map_or(0, |column| column - 1),
                )
            }
            ("K", "") => line(screen, cursor.0).truncate(cursor.1),
            ("C", _) => cursor.1 += numbers[0],
            ("m", "" | "0") => self.attributes.clear(),
            ("m", attribute) => self.attributes = attribute.into(),
            ("h" | "l", mode) => self.set_mode(mode, last == "h"),
            _ => panic!("unknown sequence {:?}", &text[..end + 3]),
        }
        Some(&body[end + 1..])
    }

    fn set_mode(&mut self, mode: &str, is_on: bool) {
        match mode {
            "?1049" => {
                self.is_alternate = is_on;
                if is_on {
                    self.screens[1].clear();
                }
            }
            "?25" => self.shows_cursor = is_on,
            "?2026" => self.is_synchronized = is_on,
            "?7" => self.wraps = is_on,
            // Bracketed paste, which shells switch on.
            "?2004" => {}
            _ => panic!("unknown mode {mode}"),
        }
    }
}

fn line(screen: &mut Vec<Vec<String>>, row: usize) -> &mut Vec<String> {
    screen.resize_with(screen.len().max(row + 1), Vec::new);
    &mut screen[row]
}
