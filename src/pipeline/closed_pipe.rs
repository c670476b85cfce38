//! Watching for the reader of our output to go away.

use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// Ends the process quietly as soon as nobody reads its output any more, connection and all; does this before.
pub fn watch(before: impl FnOnce() + Send + 'static) {
    // Without the thread the next write finds out.
    let _ = std::thread::Builder::new()
        .stack_size(64 * 1024)
        .spawn(move || {
            if wait_until_closed() {
                before();
                crate::fetch::hang_up();
                std::process::exit(0);
            }
        });
}

/// A pipe or socket whose reader is gone polls as an error; a file never does.
fn wait_until_closed() -> bool {
    let stdout = std::io::stdout();
    let fd = stdout.as_fd();
    loop {
        match poll(&mut [PollFd::new(&fd, PollFlags::empty())], None) {
            Ok(_) => return true,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
