//! Standard output without the buffer of `std::io::Stdout`, which takes a closed one for success.

use std::io::{self, Write};

/// Writes to standard output at once.
pub struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(rustix::stdio::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
