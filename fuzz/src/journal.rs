//! The input that is being run, in a file that survives an abort, and a limit to its time.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time that one input may take, in seconds.
const LIMIT: u64 = 60;
/// The time that a program may take, in seconds, before it is left out.
const PROGRAM_LIMIT: u64 = 10;
/// The exit codes where one was left out: nothing had failed before it, or something had.
pub const LEFT_OUT: [i32; 2] = [3, 4];

/// When the input that is being run began, in seconds; 0 while there is none.
static BEGAN: AtomicU64 = AtomicU64::new(0);

/// How many inputs were run, and how many of them failed.
static INPUTS: AtomicU64 = AtomicU64::new(0);
static FAILURES: AtomicU64 = AtomicU64::new(0);

/// The file with the input that is being run.
pub struct Journal {
    path: PathBuf,
    file: Option<File>,
}

impl Journal {
    /// A journal in a file of this path. A thread watches the time, and ends the process where an input takes too long.
    pub fn new(path: PathBuf, runs_programs: bool) -> Self {
        let file = File::create(&path).ok();
        let shown = path.display().to_string();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let began = BEGAN.load(Ordering::Relaxed);
                let limit = if runs_programs { PROGRAM_LIMIT } else { LIMIT };
                if began != 0 && now() > began + limit {
                    eprintln!("an input takes more than {limit} s: {shown}");
                    if !runs_programs {
                        std::process::abort();
                    }
                    let [inputs, failures] =
                        [&INPUTS, &FAILURES].map(|count| count.load(Ordering::Relaxed));
                    println!("{inputs} inputs before it, {failures} failed; it is left out");
                    std::process::exit(LEFT_OUT[usize::from(failures > 0)]);
                }
            }
        });
        Self { path, file }
    }

    /// An input begins.
    pub fn begin(&self, input: &[u8]) {
        if let Some(file) = &self.file {
            // An error leaves the input before, which does no harm.
            let _ = file.set_len(input.len() as u64);
            let _ = file.write_all_at(input, 0);
        }
        BEGAN.store(now(), Ordering::Relaxed);
    }

    /// The input has ended.
    pub fn end(&self, has_passed: bool) {
        BEGAN.store(0, Ordering::Relaxed);
        INPUTS.fetch_add(1, Ordering::Relaxed);
        FAILURES.fetch_add(u64::from(!has_passed), Ordering::Relaxed);
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        BEGAN.store(0, Ordering::Relaxed);
        let _ = std::fs::remove_file(&self.path);
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(1, |time| time.as_secs())
}
