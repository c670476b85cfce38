//! Differential tests: a fused filter and jaq-core run the same filter on the same text, and must agree.

#![allow(clippy::unwrap_used, clippy::panic)]

mod arrival;
mod filters;
mod random;
mod shapes;

use std::cell::RefCell;
use std::io::{self, Read};

use self::filters::{ELEMENT_FILTERS, FILTERS, STREAM_FILTERS, TEXTS, WHOLE_FILTERS};
use crate::filter::Engine;
use crate::{Filter, FilterRun, InputSettings, InputSource, Inputs, Program, RunError, compile};
use dq_json::read::{ByteSource, InputBuffer, ReadAhead};
use dq_json::value::FilterOutput;

/// A text that is read a few bytes at a time, and scanned with vector instructions from the first byte on.
struct SlowSource {
    text: Vec<u8>,
    at: usize,
    size: usize,
}

impl SlowSource {
    fn new(text: &str, size: usize) -> Self {
        Self {
            text: text.into(),
            at: 0,
            size,
        }
    }
}

impl Read for SlowSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.text[self.at..];
        let size = self.size.min(rest.len()).min(buffer.len());
        buffer[..size].copy_from_slice(&rest[..size]);
        self.at += size;
        Ok(size)
    }
}

impl ByteSource for SlowSource {
    fn simd_threshold(&self) -> usize {
        0
    }
}

/// A text whose bytes after the first few are read by another thread.
struct ThreadedSource {
    drip: Option<SlowSource>,
    first: usize,
    pages: Option<ReadAhead>,
}

impl Read for ThreadedSource {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl ByteSource for ThreadedSource {
    fn fill_buffer(&mut self, buffer: &mut InputBuffer) -> io::Result<()> {
        if let Some(mut drip) = self.drip.take() {
            if drip.at < self.first {
                let read = buffer.read_from(&mut drip);
                self.drip = Some(drip);
                return read;
            }
            let place = drip.at - buffer.filled().len();
            self.pages = ReadAhead::spawn(Box::new(drip), place, buffer.filled()).ok();
        }
        self.pages.as_mut().unwrap().recv(buffer)
    }

    fn simd_threshold(&self) -> usize {
        0
    }
}

/// The outputs of a filter for a text, and how the run on each input ended.
fn run(filter: &str, text: &str, size: usize, fused: bool) -> Result<Vec<String>, String> {
    run_on(filter, Box::new(SlowSource::new(text, size)), fused)
}

fn run_on(filter: &str, bytes: Box<dyn ByteSource>, fused: bool) -> Result<Vec<String>, String> {
    let compiled = compiled(filter, fused)?;
    if fused && matches!(compiled.engine, Engine::Jaq(_)) {
        return Err(format!("{filter} is not fused"));
    }
    let mut once = Some(InputSource {
        name: None,
        host: None,
        bytes,
    });
    let inputs = Inputs::new(InputSettings::default(), Box::new(move || once.take()));
    let inputs = RefCell::new(inputs);
    let run = FilterRun::new(&compiled, &inputs, &|_| {}, 4 << 20, false);
    let mut outputs = RefCell::new(Vec::new());
    let mut emit = |item: FilterOutput| {
        outputs.borrow_mut().push(item.into_value().to_json());
        Ok::<_, ()>(())
    };
    while let Some(ended) = run.next_input(&mut emit) {
        outputs.borrow_mut().push(match ended {
            Ok(()) => "-".into(),
            Err(RunError::Raised(error)) => format!("error: {}", error.to_json()),
            Err(RunError::Halted(code)) => format!("exit {code}"),
            Err(RunError::Output(())) => "stopped".into(),
            Err(RunError::Unread(error)) => format!("unread: {error}"),
        });
    }
    Ok(std::mem::take(outputs.get_mut()))
}

/// Whether both runs ended at broken JSON: jaq-core, which reads an input to its end first, then has fewer outputs.
fn is_cut_short(fused: &[String], core: &[String]) -> bool {
    let is_broken = |last: Option<&String>| last.is_some_and(|last| last.starts_with("unread"));
    is_broken(fused.last()) && is_broken(core.last())
}

#[test]
fn fused_filters_agree_with_jaq_core() {
    for filter in FILTERS.iter().chain(STREAM_FILTERS) {
        for text in TEXTS {
            let fused = run(filter, text, usize::MAX, true).unwrap_or_else(|error| {
                assert!(error.ends_with("is not fused"), "{error}");
                Vec::new()
            });
            let core = run(filter, text, usize::MAX, false).unwrap();
            if !fused.is_empty() && !is_cut_short(&fused, &core) {
                assert_eq!(fused, core, "{filter} on {text}");
            }
        }
    }
}

fn compiled(filter: &str, may_stream_elements: bool) -> Result<Filter, String> {
    compile(&Program {
        named: vec![("x".into(), dq_json::value::Value::str("a"))],
        may_stream_elements,
        ..Program::new(filter)
    })
    .map_err(|errors| format!("{filter}: {}", errors[0]))
}

#[test]
fn filters_that_use_elements_only_are_run_on_them() {
    for filter in ELEMENT_FILTERS {
        assert!(
            compiled(filter, true).unwrap().streams_elements(),
            "{filter}"
        );
    }
    for filter in WHOLE_FILTERS {
        assert!(
            !compiled(filter, true).unwrap().streams_elements(),
            "{filter}"
        );
    }
}

#[test]
fn the_size_of_reads_does_not_matter() {
    let every_size = FILTERS.iter().map(|filter| (filter, 1));
    let some_sizes = STREAM_FILTERS.iter().map(|filter| (filter, 11));
    for (filter, step) in every_size.chain(some_sizes) {
        for text in TEXTS {
            let Ok(whole) = run(filter, text, usize::MAX, true) else {
                continue;
            };
            for size in (1..text.len()).step_by(step) {
                let slow = run(filter, text, size, true).unwrap();
                assert_eq!(slow, whole, "{filter} on {text} by {size} bytes");
            }
        }
    }
}
