//! Reads the files that people write: configuration, saved filters, certificates.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// The longest file that is read, in bytes. Those of docker and dq have a few kilobytes.
pub const FILE_LIMIT: usize = 16 << 20;

/// Reads a regular file. Opening a FIFO blocks until it has a writer, and a device may never end, so neither is opened.
///
/// # Errors
/// Those of the file system, `IsADirectory`, and one in words for a FIFO, a socket or a device and for a file longer
/// than [`FILE_LIMIT`].
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let kind = fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::other("it is a pipe, a socket or a device"));
    }
    read_any_file(path)
}

/// The same for a file that may be a pipe as well, as a shell makes one for `<(…)`.
///
/// # Errors
/// Those of the file system, and one in words for a file longer than [`FILE_LIMIT`].
pub fn read_any_file(path: &Path) -> io::Result<Vec<u8>> {
    read_limited(File::open(path)?)
}

/// The same for a file that is open.
///
/// # Errors
/// Those of reading it, and one in words for a file longer than [`FILE_LIMIT`].
pub fn read_limited(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > FILE_LIMIT {
        let limit = FILE_LIMIT >> 20;
        return Err(io::Error::other(format!("it is longer than {limit} MiB")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_regular_files_of_a_bounded_length_are_read() {
        let problem = |path: &str| read_file(Path::new(path)).unwrap_err().to_string();
        assert_eq!(problem("/dev/zero"), "it is a pipe, a socket or a device");
        let endless = read_any_file(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(endless.to_string(), "it is longer than 16 MiB");
        let directory = read_file(Path::new("/")).unwrap_err();
        assert_eq!(directory.kind(), io::ErrorKind::IsADirectory);
        let absent = read_file(Path::new("/dq/absent")).unwrap_err();
        assert_eq!(absent.kind(), io::ErrorKind::NotFound);
        assert!(read_file(Path::new("/proc/self/status")).unwrap().len() > 10);
    }
}
