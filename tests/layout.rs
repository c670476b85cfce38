//! The rules of the source tree, checked on the tree itself: which crate may depend on which, and no import circles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The crates, the folder of each, and the crates of this workspace that it may depend on.
const CRATES: &[(&str, &str, &[&str])] = &[
    (
        "dq-cli",
        "src",
        &["dq-fetch", "dq-filter", "dq-format", "dq-json", "dq-text"],
    ),
    ("dq-fetch", "src/fetch", &["dq-text"]),
    ("dq-filter", "src/filter", &["dq-json", "dq-text"]),
    ("dq-format", "src/format", &["dq-json", "dq-text"]),
    ("dq-json", "src/json", &[]),
    ("dq-text", "src/text", &[]),
];

/// The crates that may name a package.
const RESERVED: &[(&str, &[&str])] = &[
    ("jaq-core", &["dq-filter", "dq-json"]),
    ("jaq-std", &["dq-filter", "dq-json"]),
    ("jaq-fmts", &["dq-format"]),
    ("ureq", &["dq-fetch"]),
    ("clap", &["dq-cli"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The names under `[dependencies]` and the platforms' tables of a manifest.
fn dependencies(crate_folder: &str) -> Vec<String> {
    let folder = match crate_folder {
        "src" => root(),
        folder => root().join(folder),
    };
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let mut names = Vec::new();
    let mut is_inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            let is_platform = line.starts_with("[target.") && line.ends_with(".dependencies]");
            is_inside = line == "[dependencies]" || is_platform;
        } else if is_inside && let Some((name, _)) = line.split_once(['.', '=']) {
            names.push(name.trim().to_owned());
        }
    }
    names
}

#[test]
fn crates_depend_on_each_other_in_one_direction() {
    for (name, folder, allowed) in CRATES {
        let ours: Vec<_> = dependencies(folder)
            .into_iter()
            .filter(|it| it.starts_with("dq-"))
            .collect();
        let wrong: Vec<_> = ours
            .iter()
            .filter(|it| !allowed.contains(&&***it))
            .collect();
        assert!(wrong.is_empty(), "{name} must not depend on {wrong:?}");
    }
}

#[test]
fn packages_are_named_only_where_they_belong() {
    for (name, folder, _) in CRATES {
        for package in dependencies(folder) {
            let reserved = RESERVED.iter().find(|(it, _)| *it == package);
            let is_allowed = reserved.is_none_or(|(_, crates)| crates.contains(name));
            assert!(is_allowed, "{name} must not depend on {package}");
        }
    }
}

#[test]
fn every_file_opens_with_a_sentence_about_it() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &|_| true, &mut files);
    let wrong: Vec<_> = files
        .iter()
        .filter(|it| !fs::read_to_string(it).unwrap().starts_with("//! "))
        .collect();
    assert!(wrong.is_empty(), "no //! sentence: {wrong:?}");
}

#[test]
fn no_file_is_called_utils() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &|_| true, &mut files);
    let wrong: Vec<_> = files
        .iter()
        .filter(|it| {
            it.file_stem()
                .is_some_and(|it| it.to_string_lossy().contains("util"))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for (name, folder, _) in CRATES {
        let circles = Modules::read(folder).circles();
        assert!(
            circles.is_empty(),
            "files of {name} that import each other in a circle:\n{}",
            circles.join("\n")
        );
    }
}

#[test]
fn a_circle_is_found() {
    let files = [
        ("lib.rs", "mod a; mod b; pub use b::B; pub struct Root;"),
        ("a.rs", "use super::B; pub struct A;"),
        ("b.rs", "pub struct B; fn f() { crate::a::A }"),
    ];
    assert_eq!(circles_of(&files), ["a.rs -> b.rs -> a.rs"]);
    let files = [
        ("lib.rs", "mod a; use a::f; pub struct Root;"),
        ("a.rs", "pub fn f(_: super::Root) {}"),
    ];
    assert_eq!(circles_of(&files), ["lib.rs -> a.rs -> lib.rs"]);
    let files = [
        ("lib.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
        ("a.rs", "use super::B; pub struct A(B);"),
        (
            "b.rs",
            "pub struct B; #[cfg(test)] mod tests { use super::super::A; }",
        ),
    ];
    assert!(circles_of(&files).is_empty());
}

fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let mut modules = Modules::default();
    for (path, text) in files {
        modules.add(Path::new(path), text);
    }
    modules.circles()
}

/// All Rust files below a folder for which `enter` holds.
fn rust_files(folder: &Path, enter: &dyn Fn(&Path) -> bool, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && enter(&path) {
            rust_files(&path, enter, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}

/// A module's path in its crate.
type ModulePath = Vec<String>;

/// The modules of one crate, each a file.
#[derive(Default)]
struct Modules(BTreeMap<ModulePath, Module>);

struct Module {
    file: String,
    /// What the file imports: the name here, the path it stands for.
    imports: Vec<(String, ModulePath)>,
    /// Every other path in its code that starts with `crate`, `self`, `super` or a child module.
    paths: Vec<ModulePath>,
    /// Modules that only tests have.
    test_modules: BTreeSet<String>,
}

impl Modules {
    fn read(crate_folder: &str) -> Self {
        let folder = root().join(crate_folder);
        let mut files = Vec::new();
        // The other crates lie inside of the first one's folder.
        rust_files(&folder, &|it| !it.join("Cargo.toml").exists(), &mut files);
        let mut modules = Self::default();
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            modules.add(file.strip_prefix(&folder).unwrap(), &text);
        }
        modules
    }

    fn add(&mut self, file: &Path, text: &str) {
        let mut names: ModulePath = file
            .with_extension("")
            .iter()
            .map(|it| it.to_string_lossy().into_owned())
            .collect();
        if matches!(
            names.last().map(String::as_str),
            Some("lib" | "main" | "mod")
        ) {
            names.pop();
        }
        let mut reader = CodeReader {
            module: Module {
                file: file.display().to_string(),
                imports: Vec::new(),
                paths: Vec::new(),
                test_modules: BTreeSet::new(),
            },
        };
        reader.visit_file(&syn::parse_file(text).unwrap());
        self.0.insert(names, reader.module);
    }

    fn is_test(&self, path: &[String]) -> bool {
        (0..path.len()).any(|depth| {
            let parent = self.0.get(&path[..depth]);
            parent.is_some_and(|it| it.test_modules.contains(&path[depth]))
        })
    }

    /// Whether a name in a module is a child module or an import.
    fn knows(&self, module: &[String], name: &str) -> bool {
        let imports = self.0.get(module).map(|it| &it.imports);
        self.0.contains_key(&[module, &[name.to_owned()]].concat())
            || imports.is_some_and(|it| it.iter().any(|(known, _)| known == name))
    }

    /// The module that a path of another one leads to, behind re-exports; `None` outside of the crate.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<ModulePath> {
        let mut at = from.to_vec();
        let (first, behind) = path.split_first()?;
        let mut rest = behind;
        match first.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => {
                at.pop()?;
            }
            _ if self.knows(&at, first) => rest = path,
            _ => return None,
        }
        while let Some(name) = rest.first() {
            rest = &rest[1..];
            if name == "super" {
                at.pop()?;
                continue;
            }
            let mut child = at.clone();
            child.push(name.clone());
            if self.0.contains_key(&child) {
                at = child;
                continue;
            }
            let import = self
                .0
                .get(&at)?
                .imports
                .iter()
                .find(|(known, _)| known == name);
            if let Some((_, target)) = import
                && depth < 16
            {
                let whole: ModulePath = target.iter().chain(rest).cloned().collect();
                return self.resolve(&at, &whole, depth + 1);
            }
            break;
        }
        Some(at)
    }

    /// Who imports whom, tests left out.
    fn edges(&self) -> BTreeMap<&ModulePath, BTreeSet<ModulePath>> {
        let code = self.0.iter().filter(|(path, _)| !self.is_test(path));
        code.map(|(path, module)| {
            let imports = module.imports.iter().map(|(_, it)| it);
            let targets = imports
                .chain(&module.paths)
                .filter_map(|it| self.resolve(path, it, 0))
                .filter(|it| it != path && !self.is_test(it))
                .collect();
            (path, targets)
        })
        .collect()
    }

    /// One circle for each group of files that import each other, as `a.rs -> b.rs -> a.rs`.
    fn circles(&self) -> Vec<String> {
        let edges = self.edges();
        let mut done = BTreeSet::new();
        let mut circles = Vec::new();
        for start in edges.keys() {
            if !done.contains(*start)
                && let Some(circle) = shortest_circle(&edges, start)
            {
                let names: Vec<_> = circle.iter().map(|it| self.0[it].file.as_str()).collect();
                circles.push(names.join(" -> "));
                done.extend(circle);
            }
        }
        circles
    }
}

/// The shortest way from a module back to itself.
fn shortest_circle(
    edges: &BTreeMap<&ModulePath, BTreeSet<ModulePath>>,
    start: &ModulePath,
) -> Option<Vec<ModulePath>> {
    let mut ways = vec![vec![start.clone()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in edges.get(way.last()?).into_iter().flatten() {
                let way: Vec<_> = way.iter().chain([next]).cloned().collect();
                if next == start {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push(way);
                }
            }
        }
        ways = longer;
    }
    None
}

/// Reads the imports and paths of a file, the parts for tests left out.
struct CodeReader {
    module: Module,
}

impl CodeReader {
    fn add_tree(&mut self, tree: &syn::UseTree, mut path: ModulePath) {
        match tree {
            syn::UseTree::Path(it) => {
                path.push(it.ident.to_string());
                self.add_tree(&it.tree, path);
            }
            syn::UseTree::Name(it) => self.add_import(it.ident.to_string(), path, &it.ident),
            syn::UseTree::Rename(it) => self.add_import(it.rename.to_string(), path, &it.ident),
            syn::UseTree::Glob(_) => self.module.paths.push(path),
            syn::UseTree::Group(it) => {
                for tree in &it.items {
                    self.add_tree(tree, path.clone());
                }
            }
        }
    }

    fn add_import(&mut self, name: String, mut path: ModulePath, item: &syn::Ident) {
        if item == "self" {
            let name = path.last().cloned().unwrap_or_default();
            self.module.imports.push((name, path));
        } else {
            path.push(item.to_string());
            self.module.imports.push((name, path));
        }
    }
}

impl<'ast> Visit<'ast> for CodeReader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(it) => &it.attrs,
            syn::Item::Fn(it) => &it.attrs,
            syn::Item::Use(it) => &it.attrs,
            syn::Item::Impl(it) => &it.attrs,
            _ => &Vec::new(),
        };
        let is_test = attributes.iter().any(|it| {
            it.path().is_ident("cfg") && it.parse_args::<syn::Ident>().is_ok_and(|it| it == "test")
        });
        match item {
            syn::Item::Mod(it) if is_test => {
                self.module.test_modules.insert(it.ident.to_string());
            }
            _ if is_test => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&item.tree, Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let names = path.segments.iter().map(|it| it.ident.to_string());
            self.module.paths.push(names.collect());
        }
        visit::visit_path(self, path);
    }
}
