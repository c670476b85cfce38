//! The start of the process, in place of the Rust runtime's.
//!
//! On Linux the runtime reads `/proc/self/maps` to find the end of the main thread's stack, which dq does not use (see
//! `stack.rs`). Skipping that saves 5 % of the time of a small request.

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, fcntl_getfd};
use rustix::stdio;

/// The arguments that the C runtime passes to `main`, the program's name first.
#[allow(unsafe_code)]
pub fn arguments(count: c_int, arguments: *const *const c_char) -> Vec<OsString> {
    let count = usize::try_from(count).unwrap_or(0);
    let argument = |i| {
        // SAFETY: the C runtime passes `main` an array of `count` pointers to strings that end in NUL and live as long
        // as the process (C11 §5.1.2.2.1).
        let text = unsafe { CStr::from_ptr(*arguments.add(i)) };
        OsStr::from_bytes(text.to_bytes()).to_owned()
    };
    (0..count).map(argument).collect()
}

/// Does what else the runtime would do: ignores SIGPIPE, so that a closed pipe is the error EPIPE of a write, and makes
/// sure that a file or socket opened later does not become one of the standard streams.
#[allow(unsafe_code)]
pub fn prepare() {
    // SAFETY: ignoring a signal installs no handler, and no other thread exists yet that could change the action too.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    // A closed stdin or stdout is opened in the wrong direction, so that using it is still an error.
    let streams = [
        (fcntl_getfd(stdio::stdin()), OFlags::WRONLY),
        (fcntl_getfd(stdio::stdout()), OFlags::RDONLY),
        (fcntl_getfd(stdio::stderr()), OFlags::RDWR),
    ];
    for (state, access) in streams {
        if state == Err(Errno::BADF) {
            // open(2) returns the lowest free descriptor, which is that of the closed stream.
            if let Ok(stream) = open(c"/dev/null", access, Mode::empty()) {
                std::mem::forget(stream);
            }
        }
    }
}
