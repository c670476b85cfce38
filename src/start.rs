//! The start of the process: what Rust's own would do, without its look at the memory map.
//!
//! Rust's start reads `/proc/self/maps` to find the end of a stack that is not used here: a twentieth of a small job.

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, fcntl_getfd};
use rustix::stdio;

/// The arguments of a C program's `main`, the program's name first.
#[allow(unsafe_code)]
pub fn arguments(count: c_int, arguments: *const *const c_char) -> Vec<OsString> {
    let count = usize::try_from(count).unwrap_or(0);
    let argument = |i| {
        // SAFETY: the C runtime hands `main` an array of that many pointers to strings that end in NUL, and they live
        // as long as the process (C11 §5.1.2.2.1).
        let text = unsafe { CStr::from_ptr(*arguments.add(i)) };
        OsStr::from_bytes(text.to_bytes()).to_owned()
    };
    (0..count).map(argument).collect()
}

/// Gets the process ready: a closed pipe is an error of the write and no signal, and none of the standard streams is
/// taken for a file or socket that is opened later.
#[allow(unsafe_code)]
pub fn prepare() {
    // SAFETY: ignoring a signal runs no code of ours, and no thread is there yet that could change it too.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    // One that is closed stays as good as closed: what fails is its use.
    let streams = [
        (fcntl_getfd(stdio::stdin()), OFlags::WRONLY),
        (fcntl_getfd(stdio::stdout()), OFlags::RDONLY),
        (fcntl_getfd(stdio::stderr()), OFlags::RDWR),
    ];
    for (state, access) in streams {
        if state == Err(Errno::BADF) {
            // The lowest number that is free is the one of the stream.
            if let Ok(stream) = open(c"/dev/null", access, Mode::empty()) {
                std::mem::forget(stream);
            }
        }
    }
}
