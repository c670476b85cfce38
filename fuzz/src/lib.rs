//! What each target does with its bytes. A harness panics if something is wrong; it returns for any other input.

mod fetch;
mod filter;
mod format;
mod json;
mod pieces;
#[path = "../../tests/support/programs.rs"]
mod programs;

/// A target: its name, its function, and texts from which inputs are made.
pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]),
    pub seeds: &'static [&'static str],
    /// Whether its inputs are programs, of which some take for ever, in jq as well. Those are left out.
    pub runs_programs: bool,
}

/// All targets.
pub const TARGETS: [Target; 11] = [
    json::READER,
    json::CHUNKS,
    fetch::LOGS,
    fetch::HTTP,
    fetch::PARAMETERS,
    fetch::URLS,
    filter::LANGUAGE,
    filter::EVALUATORS,
    filter::RECORDS,
    filter::SAVED,
    format::CELLS,
];
