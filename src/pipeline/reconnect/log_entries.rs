//! The entries of a followed log, told apart by the time that the engine writes in front of each (`timestamps=1`).

use std::io;

use super::item::{Item, Items, hash};
use dq_fetch::Body;
use dq_fetch::logs::{Frames, LogStream, frame_header};
use jiff::Timestamp;

/// The longest time in front of an entry, in bytes: `2026-11-28T15:00:00.123456789+01:00`.
const TIME_LIMIT: usize = 40;
/// The longest entry of a terminal's output, in bytes. What is longer is passed on in parts.
const ENTRY_LIMIT: usize = 1 << 20;

/// Reads the entries of a log, which come in frames or, from a container with a terminal, as they were written. They are
/// passed on in frames.
pub struct LogEntries {
    frames: Frames<Body>,
    /// Whether the user wants to see the times.
    shows_times: bool,
    payload: Vec<u8>,
    /// A terminal's output; what is before `start` has been passed on.
    unframed: Vec<u8>,
    start: usize,
    /// How much behind `start` has been searched for the end of the first entry.
    searched: usize,
}

impl LogEntries {
    /// The entries of a log that was requested with times.
    pub fn new(frames: Frames<Body>, shows_times: bool) -> Self {
        Self {
            frames,
            shows_times,
            payload: Vec::new(),
            unframed: Vec::new(),
            start: 0,
            searched: 0,
        }
    }

    fn rest(&self) -> &[u8] {
        &self.unframed[self.start..]
    }

    /// The first entry of a terminal's output, if it is complete.
    ///
    /// The engine writes a line of more than 16 KiB as several entries, each with the time of the first and only the
    /// last with a line feed (moby daemon/logger/copier.go).
    fn unframed_entry(&mut self) -> Option<Item> {
        let rest = self.rest();
        let line_end = rest[self.searched..].iter().position(|byte| *byte == b'\n');
        let line_end = line_end.map(|at| self.searched + at + 1);
        let known = line_end.unwrap_or(rest.len());
        let end = self.repeated_time(&rest[..known]).or(line_end);
        let length = rest.len();
        self.searched = length;
        let end = end.or((length > ENTRY_LIMIT).then_some(length))?;
        Some(self.take_unframed(end))
    }

    /// Where the time with which this text begins is repeated in it: the next entry begins there.
    fn repeated_time(&self, text: &[u8]) -> Option<usize> {
        let (_, length) = time(text)?;
        let (time, rest) = text.split_at(length);
        // The end of what has been searched may be the beginning of a time.
        let from = self.searched.saturating_sub(2 * length).min(rest.len());
        let found = rest[from..].windows(length).position(|part| part == time);
        found.map(|at| length + from + at)
    }

    fn take_unframed(&mut self, length: usize) -> Item {
        let item = self.item(LogStream::Stdout, &self.rest()[..length]);
        self.start += length;
        self.searched = 0;
        item
    }

    fn item(&self, stream: LogStream, entry: &[u8]) -> Item {
        let found = time(entry);
        let content = &entry[found.map_or(0, |(_, length)| length)..];
        let shown = if self.shows_times { entry } else { content };
        let mut bytes = frame_header(stream, shown.len()).to_vec();
        bytes.extend_from_slice(shown);
        let identity = || hash((stream == LogStream::Stderr, content));
        Item {
            bytes,
            key: found.map(|(time, _)| (time, identity())),
        }
    }
}

impl Items for LogEntries {
    fn next(&mut self) -> io::Result<Option<Item>> {
        loop {
            if !self.rest().is_empty()
                && let Some(item) = self.unframed_entry()
            {
                return Ok(Some(item));
            }
            let mut payload = std::mem::take(&mut self.payload);
            let next = self.frames.next_frame(&mut payload)?;
            self.payload = payload;
            let stream = match next {
                // The error of a frame that is cut is returned by the next call.
                Some(_) if self.frames.is_cut() => continue,
                Some(stream) => stream,
                None if self.rest().is_empty() => return Ok(None),
                None => return Ok(Some(self.take_unframed(self.rest().len()))),
            };
            if self.frames.is_framed() {
                return Ok(Some(self.item(stream, &self.payload)));
            }
            self.unframed.drain(..self.start);
            self.start = 0;
            self.unframed.extend_from_slice(&self.payload);
        }
    }
}

/// The time with which an entry begins, in nanoseconds since 1970, and the length of its text with the space behind it.
fn time(entry: &[u8]) -> Option<(u64, usize)> {
    let end = entry
        .iter()
        .take(TIME_LIMIT)
        .position(|byte| *byte == b' ')?;
    let text = std::str::from_utf8(&entry[..end]).ok()?;
    let time: Timestamp = text.parse().ok()?;
    Some((u64::try_from(time.as_nanosecond()).ok()?, end + 1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::{Cursor, Read};

    const TIME: &str = "2026-11-28T15:00:00.000000001Z ";

    fn framed(entries: &[&str]) -> Vec<u8> {
        let frames = entries.iter().map(|entry| {
            let header = frame_header(LogStream::Stderr, entry.len());
            [&header[..], entry.as_bytes()].concat()
        });
        frames.collect::<Vec<_>>().concat()
    }

    /// The entries of a body, and whether it ended with an error.
    fn entries(mut log: LogEntries) -> (Vec<Item>, bool) {
        let mut items = Vec::new();
        loop {
            match log.next() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return (items, false),
                Err(_) => return (items, true),
            }
        }
    }

    fn texts(items: &[Item]) -> Vec<&str> {
        let mut found = Vec::new();
        for item in items {
            found.push(std::str::from_utf8(&item.bytes[8..]).unwrap());
        }
        found
    }

    #[test]
    fn frames_lose_their_times_and_a_cut_frame_is_left_out() {
        let body = framed(&[&format!("{TIME}one\n"), &format!("{TIME}two\n"), "none\n"]);
        for cut in 0..=body.len() {
            let log = Frames::framed(Box::new(Cursor::new(body[..cut].to_vec())) as Body);
            let (items, is_broken) = entries(LogEntries::new(log, false));
            let complete = [43, 86, 99].iter().filter(|end| cut >= **end).count();
            assert_eq!(texts(&items), ["one\n", "two\n", "none\n"][..complete]);
            assert_eq!(is_broken, ![0, 43, 86, 99].contains(&cut), "{cut}");
        }
        let log = Frames::framed(Box::new(Cursor::new(body)) as Body);
        let (items, _) = entries(LogEntries::new(log, true));
        assert_eq!(texts(&items)[0], format!("{TIME}one\n"));
        assert_eq!(items[0].key.unwrap().0, 1_795_878_000_000_000_001);
        assert_ne!(items[0].key, items[1].key);
        assert_eq!(items[2].key, None);
    }

    /// A body in pieces of a length.
    fn pieces(text: &str, length: usize) -> LogEntries {
        struct Pieces(Cursor<Vec<u8>>, usize);
        impl Read for Pieces {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let length = self.1.min(buffer.len());
                self.0.read(&mut buffer[..length])
            }
        }
        let body: Body = Box::new(Pieces(Cursor::new(text.into()), length));
        LogEntries::new(Frames::raw(body), false)
    }

    #[test]
    fn the_output_of_a_terminal_is_split_however_it_arrives() {
        let long = "x".repeat(300);
        let other = TIME.replace("01Z", "02Z");
        let text =
            format!("{TIME}one\r\n{TIME}{long}{TIME}{long}{TIME}end\r\n{other}{TIME}\r\n{other}$ ");
        for length in 1..text.len() {
            let (items, is_broken) = entries(pieces(&text, length));
            let expected = [
                "one\r\n",
                &long,
                &long,
                "end\r\n",
                &format!("{TIME}\r\n"),
                "$ ",
            ];
            assert_eq!(texts(&items), expected, "{length}");
            assert!(!is_broken);
        }
    }

    #[test]
    fn times_are_read_in_every_zone() {
        let times = [
            (
                "2026-11-28T15:00:00.000000001Z x",
                Some((1_795_878_000_000_000_001, 31)),
            ),
            (
                "2026-11-28T16:00:00+01:00 x",
                Some((1_795_878_000_000_000_000, 26)),
            ),
            ("2026-11-28T15:00:00Z", None),
            ("1969-11-28T15:00:00Z x", None),
            ("hello x", None),
            (" ", None),
        ];
        for (entry, expected) in times {
            assert_eq!(time(entry.as_bytes()), expected, "{entry}");
        }
    }
}
