//! The built-in saved filters: the files of `filters/`, embedded. A filter is parsed when its name is used.

use dq_filter::saved::{BuiltInFilters, SavedFilters};

macro_rules! files {
    ($($name:literal)+) => {
        &[$(($name, include_str!(concat!("../filters/", $name, ".jq")))),+]
    };
}

/// The name and text of each filter, sorted by name.
pub const FILES: BuiltInFilters = files![
    "compose"
    "dangling"
    "df"
    "diff"
    "environment"
    "events"
    "health"
    "history"
    "ids"
    "images"
    "info"
    "inspect"
    "ips"
    "labelled"
    "layers"
    "logs"
    "mounts"
    "names"
    "networks"
    "nodes"
    "outdated"
    "ps"
    "psa"
    "published"
    "restarts"
    "run"
    "running"
    "services"
    "stats"
    "tasks"
    "top"
    "used"
    "version"
    "volumes"
];

/// The built-in filters alone, without those of the user or of a library directory.
pub fn saved_filters() -> SavedFilters {
    SavedFilters::new(FILES, None, Vec::new())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::path::Path;

    use dq_filter::saved::name_problem;
    use dq_filter::{Program, compile};

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("filters");
        let mut files: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let names = FILES.iter().map(|(name, _)| format!("{name}.jq"));
        assert_eq!(files, names.collect::<Vec<_>>());
    }

    #[test]
    fn each_has_a_free_name_a_short_summary_and_compiles() {
        for (name, _) in FILES {
            let saved = saved_filters().find(name).unwrap().unwrap();
            assert_eq!(name_problem(name), None);
            let metadata = saved.metadata().unwrap();
            let about = metadata.about.unwrap();
            assert!(
                about.len() <= 60 && !about.ends_with('.'),
                "{name}: {about}"
            );
            assert!(metadata.endpoint.is_some() || *name == "running", "{name}");
            let saved_filters = saved_filters();
            let program = Program::of_saved_filter(&saved, &[], &saved_filters, None);
            assert!(compile(&program).is_ok(), "{name}");
        }
    }
}
