//! The input that is being run, in a file that survives an abort, and a limit to its time.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time that one input may take, in seconds.
const LIMIT: u64 = 60;

/// When the input that is being run began, in seconds; 0 while there is none.
static BEGAN: AtomicU64 = AtomicU64::new(0);

/// The file with the input that is being run.
pub struct Journal {
    path: PathBuf,
    file: Option<File>,
}

impl Journal {
    /// A journal in a file of this path. A thread watches the time, and aborts where an input takes too long.
    pub fn new(path: PathBuf) -> Self {
        let file = File::create(&path).ok();
        let shown = path.display().to_string();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let began = BEGAN.load(Ordering::Relaxed);
                if began != 0 && now() > began + LIMIT {
                    eprintln!("an input takes more than {LIMIT} s: {shown}");
                    std::process::abort();
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
    pub fn end(&self) {
        BEGAN.store(0, Ordering::Relaxed);
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.end();
        let _ = std::fs::remove_file(&self.path);
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(1, |time| time.as_secs())
}
