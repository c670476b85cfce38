//! Inputs that are not fetched: files, standard input and text that dq itself generates.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::arrival::{Arrival, SourceProblems};
use super::byte_source::{ReadMode, byte_source};
use super::output::Output;
use dq_filter::{InputSettings, InputSource};
use dq_json::read::ByteSource;
use dq_text::os_reason;
use rustix::fs::FileType;

/// Standard input.
pub fn stdin(settings: InputSettings, output: &Rc<Output>) -> Arrival {
    let source = stdin_source(output);
    Arrival::one(
        source.name,
        source.bytes,
        settings,
        SourceProblems::default(),
    )
}

/// Text that dq itself generates.
pub fn text(text: &str, settings: InputSettings) -> Arrival {
    let bytes = io::Cursor::new(text.as_bytes().to_vec());
    Arrival::one(None, Box::new(bytes), settings, SourceProblems::default())
}

/// Files, each opened when the one before has been read.
pub fn files(files: &[PathBuf], settings: InputSettings, output: &Rc<Output>) -> Arrival {
    let problems = Rc::new(SourceProblems::default());
    let files = files.iter().cloned().collect();
    Arrival::Inputs {
        sources: Box::new(open_all(files, output.clone(), problems.clone())),
        host: None,
        settings,
        problems,
    }
}

/// Opens one file after the other. Those that cannot be opened are reported and skipped, as in jq.
fn open_all(
    mut files: VecDeque<PathBuf>,
    output: Rc<Output>,
    problems: Rc<SourceProblems>,
) -> impl FnMut() -> Option<InputSource> {
    move || {
        loop {
            let path = files.pop_front()?;
            if path.as_os_str() == "-" {
                return Some(stdin_source(&output));
            }
            match open(&path, &output) {
                Ok(bytes) => {
                    return Some(InputSource {
                        name: Some(path.display().to_string().into()),
                        host: None,
                        bytes,
                    });
                }
                Err(error) => {
                    problems.has_unopened.set(true);
                    let reason = os_reason(&error);
                    output.report(&format!(
                        "dq: input: cannot open {}: {reason}",
                        path.display()
                    ));
                }
            }
        }
    }
}

fn stdin_source(output: &Rc<Output>) -> InputSource {
    // `std::io::Stdin` has a buffer, which poll(2) does not see.
    let own = output
        .interruption()
        .and_then(|_| rustix::io::dup(rustix::stdio::stdin()).ok());
    let is_file = rustix::fs::fstat(rustix::stdio::stdin())
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file());
    let mode = if is_file {
        ReadMode::File
    } else {
        ReadMode::Stream
    };
    InputSource {
        name: Some("<stdin>".into()),
        host: None,
        bytes: match own {
            Some(stdin) => file_source(stdin.into(), mode, output),
            None => byte_source(Stdin { bytes: 0 }, mode, output.clone()),
        },
    }
}

fn file_source(file: File, mode: ReadMode, output: &Rc<Output>) -> Box<dyn ByteSource> {
    match output.interruption() {
        Some(interruption) => byte_source(interruption.file(file), mode, output.clone()),
        None => byte_source(file, mode, output.clone()),
    }
}

/// Standard input.
struct Stdin {
    /// How many bytes have been read.
    bytes: usize,
}

/// The number of bytes from which an input is long.
const LONG: usize = 1 << 20;

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // `std::io::Stdin` takes a closed standard input for an empty one.
        let bytes = rustix::io::read(rustix::stdio::stdin(), buffer)?;
        if self.bytes < LONG && self.bytes + bytes >= LONG {
            enlarge_pipe();
        }
        self.bytes += bytes;
        Ok(bytes)
    }
}

/// Gives the pipe at standard input, if it is one, room for several of the reads from a long input. It has room for
/// 64 KiB otherwise, so that writer and reader wait for each other more often.
#[cfg(target_os = "linux")]
fn enlarge_pipe() {
    // It fails without harm if it is no pipe, or if the user's pipes have too much room already.
    let _ = rustix::pipe::fcntl_setpipe_size(rustix::stdio::stdin(), LONG);
}

#[cfg(not(target_os = "linux"))]
fn enlarge_pipe() {}

/// Opens a file; a named pipe may be idle as any stream.
fn open(path: &Path, output: &Rc<Output>) -> io::Result<Box<dyn ByteSource>> {
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    let mode = if kind.is_file() {
        ReadMode::File
    } else {
        ReadMode::Stream
    };
    Ok(file_source(file, mode, output))
}
