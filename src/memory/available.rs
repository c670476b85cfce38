//! How much memory the system still gives: that of the machine, and of the control groups that the process is in.
//!
//! Nothing here allocates, because the allocator calls it.

use std::ffi::CStr;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::read;

/// What the system gives before it has to end a process.
#[derive(Clone, Copy, Debug)]
pub struct Available {
    pub bytes: usize,
    /// A control group has less than the machine.
    pub is_group: bool,
}

/// The longest file that is read, in bytes. Those of interest are shorter on all systems.
const MAX_FILE: usize = 8 << 10;

/// Where the hierarchies of control groups are mounted (file-hierarchy(7) and cgroups(7)).
const UNIFIED: &[u8] = b"/sys/fs/cgroup";
const MEMORY: &[u8] = b"/sys/fs/cgroup/memory";

/// What there is now, less a reserve; `None` if the system does not tell.
pub fn now() -> Option<Available> {
    let machine = of_machine()?;
    let group = of_groups().filter(|bytes| *bytes < machine);
    Some(Available {
        bytes: group.unwrap_or(machine),
        is_group: group.is_some(),
    })
}

/// What is left of a total, less a reserve for what is not counted here: memory of C code, and of other processes.
fn without_reserve(left: usize, total: usize) -> usize {
    left.saturating_sub((total / 32).min(128 << 20))
}

fn of_machine() -> Option<usize> {
    let file = File::read(c"/proc/meminfo")?;
    let kib = |name: &[u8]| file.field(name).map(|kib| kib.saturating_mul(1024));
    let free = kib(b"MemAvailable:")?.saturating_add(kib(b"SwapFree:").unwrap_or(0));
    Some(without_reserve(free, kib(b"MemTotal:")?))
}

/// The least that a control group of this process has left, if one has a limit.
fn of_groups() -> Option<usize> {
    let file = File::read(c"/proc/self/cgroup")?;
    let lines = file.bytes().split(|byte| *byte == b'\n');
    lines.filter_map(of_line).min()
}

/// The same for a line of `/proc/self/cgroup`: `0::PATH` of version 2, `NUMBER:CONTROLLERS:PATH` of version 1.
fn of_line(line: &[u8]) -> Option<usize> {
    let mut parts = line.splitn(3, |byte| *byte == b':');
    let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let is_unified = number == b"0";
    let is_memory = || {
        controllers
            .split(|byte| *byte == b',')
            .any(|it| it == b"memory")
    };
    if !is_unified && !is_memory() {
        return None;
    }
    // In a container, the path may be one that only the host sees; the root is then the container's group.
    let ends =
        (0..=path.len()).filter(|end| *end == 0 || matches!(path.get(*end), None | Some(b'/')));
    ends.filter_map(|end| of_group(&path[..end], is_unified))
        .min()
}

fn of_group(path: &[u8], is_unified: bool) -> Option<usize> {
    let (root, names) = if is_unified {
        (UNIFIED, ["/memory.max", "/memory.current", "/memory.stat"])
    } else {
        (
            MEMORY,
            [
                "/memory.limit_in_bytes",
                "/memory.usage_in_bytes",
                "/memory.stat",
            ],
        )
    };
    let number = |name: &str| File::of_group(root, path, name)?.field(b"");
    let limit = number(names[0])?;
    let statistics = File::of_group(root, path, names[2])?;
    let field = |unified: &[u8], total: &[u8]| {
        statistics
            .field(if is_unified { unified } else { total })
            .unwrap_or(0)
    };
    // What was read from files can be dropped. It counts as used.
    let cached = field(b"inactive_file ", b"total_inactive_file ")
        + field(b"active_file ", b"total_active_file ");
    let used = number(names[1])?.saturating_sub(cached);
    Some(without_reserve(limit.saturating_sub(used), limit))
}

/// A short file.
struct File {
    text: [u8; MAX_FILE],
    length: usize,
}

impl File {
    fn read(path: &CStr) -> Option<Self> {
        let file = open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
        let mut text = [0; MAX_FILE];
        let mut length = 0;
        while length < text.len() {
            match read(&file, &mut text[length..]).ok()? {
                0 => break,
                more => length += more,
            }
        }
        Some(Self { text, length })
    }

    fn of_group(root: &[u8], path: &[u8], name: &str) -> Option<Self> {
        let mut text = [0; 1024];
        let mut length = 0;
        for part in [root, path, name.as_bytes(), b"\0"] {
            text.get_mut(length..length + part.len())?
                .copy_from_slice(part);
            length += part.len();
        }
        Self::read(CStr::from_bytes_until_nul(&text).ok()?)
    }

    fn bytes(&self) -> &[u8] {
        &self.text[..self.length]
    }

    /// The number behind a name at the start of a line.
    fn field(&self, name: &[u8]) -> Option<usize> {
        let mut lines = self.bytes().split(|byte| *byte == b'\n');
        let rest = lines
            .find_map(|line| line.strip_prefix(name))?
            .trim_ascii_start();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
        digits.fold(None, |number: Option<usize>, digit| {
            let number = number.unwrap_or(0).saturating_mul(10);
            Some(number.saturating_add(usize::from(digit - b'0')))
        })
    }
}
