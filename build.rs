//! Leaves the tables of the unwinder out of the static binary, a thirteenth of it: see `src/unwind.rs`.

use std::path::PathBuf;
use std::{env, fs, io};

/// Both linkers of Debian, LLVM's and GNU's, put this in front of their own rules. The two files excepted come with the
/// C compiler; the code in the first asks for the address of its part, which is empty.
const SCRIPT: &str = "\
SECTIONS {
  /DISCARD/ : {
    *(EXCLUDE_FILE(*crtbeginT.o *crtend.o) .eh_frame)
    *(.gcc_except_table .gcc_except_table.*)
  }
} INSERT AFTER .text;
";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    // In the other profiles a panic unwinds, as tests need.
    if is("TARGET_OS", "linux")
        && is("TARGET_ENV", "gnu")
        && is("TARGET_FEATURE", "crt-static")
        && is_release()
    {
        let script =
            PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("no-unwind-tables.ld");
        fs::write(&script, SCRIPT)?;
        println!("cargo::rustc-link-arg-bin=dq=-T{}", script.display());
    }
    Ok(())
}

fn is(name: &str, value: &str) -> bool {
    let values = env::var(format!("CARGO_CFG_{name}"));
    values.is_ok_and(|values| values.split(',').any(|it| it == value))
}

fn is_release() -> bool {
    env::var("PROFILE").is_ok_and(|name| name == "release")
}
