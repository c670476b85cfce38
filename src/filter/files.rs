//! Module files: where `import`, `include` and `~/.jq` find them (jq manual, "Modules").

use dq_text::os_reason;
use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term as T};

use super::link::{Linker, Modules, is_constant};
use super::report::CompileError;
use super::saved::SavedFilters;
use super::syntax::{self, Import, Module, Term};
use super::{Program, library};
use dq_json::value::{Num, Value};

/// Module files as they are found and read; one may be asked for while another is being read.
pub struct Files {
    /// Directories of `-L`, in order.
    library: Vec<PathBuf>,
    /// Where `search` of the main filter's imports starts: the folder of `-f FILE`, else the working directory.
    origin: PathBuf,
    home: Option<PathBuf>,
    saved: SavedFilters,
    loaded: RefCell<HashMap<PathBuf, Option<usize>>>,
    /// The file of each number given as `parent`; the command line has none.
    parents: RefCell<Vec<PathBuf>>,
    /// Values of data files and of saved filters' `args`, by the name of their variable.
    data: RefCell<Vec<(String, Value)>>,
}

/// `parent` of the main filter.
pub const COMMAND_LINE: usize = usize::MAX;

impl Files {
    pub fn new(program: &Program) -> Self {
        let origin = program.path.and_then(|path| Path::new(path).parent());
        Self {
            library: library(program),
            origin: origin.unwrap_or(Path::new(".")).to_path_buf(),
            home: program.home.clone(),
            saved: program.saved_filters.clone(),
            loaded: RefCell::default(),
            parents: RefCell::default(),
            data: RefCell::default(),
        }
    }

    /// Values of data files, by the name of their variable.
    pub fn data(&self) -> Ref<'_, Vec<(String, Value)>> {
        self.data.borrow()
    }

    /// The number to give as `parent` for what stands in this file.
    fn number(&self, file: PathBuf) -> usize {
        let mut parents = self.parents.borrow_mut();
        parents.push(file);
        parents.len() - 1
    }

    fn directory(&self, parent: usize) -> PathBuf {
        let parents = self.parents.borrow();
        let file = parents.get(parent).and_then(|file| file.parent());
        file.unwrap_or(&self.origin).to_path_buf()
    }

    fn find(&self, import: &Import, parent: usize, extension: &str) -> Result<PathBuf, String> {
        let directory = self.directory(parent);
        let search = import
            .meta
            .as_ref()
            .map(value_of)
            .map_or(Ok(Value::Null), |meta| {
                meta.and_then(|meta| object_key(&meta, "search"))
            })?;
        let place = |place: &str| {
            let place = directory.join(at_home(Path::new(place), self.home.as_deref()));
            place.components().collect::<PathBuf>()
        };
        let directories = match &search {
            Value::Str(one) => vec![place(one)],
            Value::Arr(list) => list.iter().filter_map(Value::as_str).map(place).collect(),
            _ => {
                let beside = match parent {
                    COMMAND_LINE => PathBuf::from("."),
                    _ => directory,
                };
                let beside = import.path.starts_with("./").then_some(beside);
                beside.into_iter().chain(self.library.clone()).collect()
            }
        };
        locate(import.path, &directories, extension)
    }

    /// Reads a module file and brings its definitions in.
    fn load(&self, linker: &mut Linker, file: PathBuf) -> Result<usize, String> {
        let known = self.loaded.borrow().get(&file).copied();
        match known {
            Some(Some(id)) => return Ok(id),
            Some(None) => return Err("it imports itself".into()),
            None => {}
        }
        self.loaded.borrow_mut().insert(file.clone(), None);
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("cannot read {}: {}", file.display(), os_reason(&error)))?;
        let source = linker.keep(text);
        let path = file.display().to_string();
        let module = parse(linker, source, &path)?;
        let number = self.number(file.clone());
        if module.main.is_some() {
            return Err(format!(
                "{path} has a filter after its definitions: a module has only definitions"
            ));
        }
        let environment =
            linker
                .environment(&module.imports, number)
                .map_err(|(part, message)| {
                    linker
                        .errors
                        .push(CompileError::at(&path, source, part, message, None));
                    String::new()
                })?;
        let id = linker.add_module(source, &path, module.defs, environment);
        self.loaded.borrow_mut().insert(file, Some(id));
        Ok(id)
    }

    /// Reads `~/.jq`, whose definitions every filter sees, if it is a file.
    pub fn load_home(&self, linker: &mut Linker, home: &Path) -> Option<usize> {
        let file = home.join(".jq");
        if !file.is_file() {
            return None;
        }
        match self.load(linker, file.clone()) {
            Ok(id) => Some(id),
            Err(message) => {
                if !message.is_empty() {
                    linker
                        .errors
                        .push(CompileError::new(format!("{}: {message}", file.display())));
                }
                None
            }
        }
    }
}

fn parse<'s>(linker: &mut Linker<'s>, source: &'s str, path: &str) -> Result<Module<'s>, String> {
    syntax::parse_module(source).map_err(|error| {
        linker
            .errors
            .push(CompileError::syntax(path, source, error));
        String::new()
    })
}

impl<'s> Modules<'s> for Files {
    fn module(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        parent: usize,
    ) -> Result<usize, String> {
        check_meta(import)?;
        let file = self.find(import, parent, "jq")?;
        self.load(linker, file)
    }

    fn data(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        parent: usize,
    ) -> Result<&'s str, String> {
        check_meta(import)?;
        let file = self.find(import, parent, "json")?;
        let values = read_values(&file)?;
        let raw = import
            .meta
            .as_ref()
            .map(value_of)
            .and_then(Result::ok)
            .and_then(|meta| object_key(&meta, "raw").ok());
        let value = if matches!(raw, Some(Value::Bool(true))) {
            read_text(&file)?
        } else {
            values
        };
        Ok(self.keep(linker, value))
    }

    fn keep(&self, linker: &mut Linker<'s>, value: Value) -> &'s str {
        let mut data = self.data.borrow_mut();
        let name = linker.keep(format!("$ data {}", data.len()));
        data.push((name.to_owned(), value));
        name
    }

    fn saved(&self) -> &SavedFilters {
        &self.saved
    }

    fn parent(&self, file: &str) -> usize {
        self.number(PathBuf::from(file))
    }
}

fn check_meta(import: &Import) -> Result<(), String> {
    match &import.meta {
        Some(meta) if !is_constant(meta) => Err("Module metadata must be constant".into()),
        Some(meta) if !matches!(meta, T::Obj(_)) => Err("Module metadata must be an object".into()),
        _ => Ok(()),
    }
}

/// All JSON values of a file, as an array.
pub fn read_values(file: &Path) -> Result<Value, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let opened = std::fs::File::open(file).map_err(|error| failed(&os_reason(&error)))?;
    let mut parser = dq_json::read::ValueReader::new(opened);
    let values = std::iter::from_fn(|| parser.next_value());
    values
        .collect::<Result<Vec<_>, _>>()
        .map(Value::from)
        .map_err(|error| failed(&error))
}

/// A file's text, as a string.
pub fn read_text(file: &Path) -> Result<Value, String> {
    let bytes = std::fs::read(file)
        .map_err(|error| format!("{}: {}", file.display(), os_reason(&error)))?;
    Ok(Value::str(&*String::from_utf8_lossy(&bytes)))
}

/// A path whose `~/`, written where no shell sees it, is the home directory.
pub fn at_home(path: &Path, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_path_buf(),
    }
}

/// `a/b` is `a/b.jq` or `a/b/b.jq` (or `a/b/jq/main.jq`) in the first place that has it.
fn locate(name: &str, directories: &[PathBuf], extension: &str) -> Result<PathBuf, String> {
    let relative = Path::new(name);
    let last = relative
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let plain = relative.components().all(|part| {
        matches!(
            part,
            Component::Normal(_) | Component::CurDir | Component::ParentDir
        )
    });
    if !plain || last.is_empty() {
        return Err(format!("{name} is not a relative path"));
    }
    let file = format!("{last}.{extension}");
    for place in directories {
        let base = place.join(relative);
        let candidates = [
            base.with_file_name(&file),
            base.join(&file),
            base.join("jq").join(format!("main.{extension}")),
        ];
        if let Some(found) = candidates.into_iter().find(|path| path.is_file()) {
            return Ok(found.canonicalize().unwrap_or(found));
        }
    }
    let tried: Vec<_> = directories
        .iter()
        .map(|place| place.display().to_string())
        .collect();
    Err(format!(
        "there is no module {name} in {}",
        if tried.is_empty() {
            "any -L directory".into()
        } else {
            tried.join(", ")
        }
    ))
}

/// What `modulemeta` gives: the metadata, the imports and the definitions of a module.
pub fn meta(name: &str, library: &[PathBuf]) -> Result<Value, String> {
    let file = locate(name, library, "jq")?;
    let text = std::fs::read_to_string(&file).map_err(|error| os_reason(&error))?;
    let module = syntax::parse_module(&text).map_err(|error| error.message)?;
    let mut meta = match &module.meta {
        Some(meta) => value_of(meta)?,
        None => Value::object::<&str>([]),
    };
    let deps = module
        .imports
        .iter()
        .map(dependency)
        .collect::<Result<Value, String>>()?;
    let defs = module
        .defs
        .iter()
        .map(|def| Value::from(format!("{}/{}", def.name, def.args.len())))
        .collect();
    for (key, value) in [("deps", deps), ("defs", defs)] {
        meta = meta
            .set(&Value::str(key), value)
            .map_err(|error| error.to_string())?;
    }
    Ok(meta)
}

fn dependency(import: &Import) -> Result<Value, String> {
    let meta = import
        .meta
        .as_ref()
        .map_or_else(|| Ok(Value::object::<&str>([])), value_of)?;
    let name = import
        .name
        .map(|name| ("as", Value::str(name.trim_start_matches('$'))));
    let is_data = import.name.is_some_and(|name| name.starts_with('$'));
    let own = name.into_iter().chain([
        ("is_data", Value::Bool(is_data)),
        ("relpath", Value::str(import.path)),
    ]);
    let own = Value::object(own);
    (meta + own).map_err(|error| error.to_string())
}

/// The value of a constant term.
pub fn value_of(term: &Term) -> Result<Value, String> {
    let not_constant = || "Module metadata must be constant".to_owned();
    Ok(match term {
        T::Num(text) => Value::Num(Num::parse(text)),
        T::Neg(inner) => (-value_of(inner)?).map_err(|error| error.to_string())?,
        T::Str(None, parts) => text_of(parts).map(Value::from).ok_or_else(not_constant)?,
        T::Arr(None) => Value::from(Vec::new()),
        T::Arr(Some(inner)) => list_of(inner)
            .into_iter()
            .map(value_of)
            .collect::<Result<Value, _>>()?,
        T::Obj(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| match (value_of(key)?, value) {
                    (Value::Str(key), Some(value)) => Ok((key, value_of(value)?)),
                    _ => Err(not_constant()),
                });
            Value::object(entries.collect::<Result<Vec<_>, String>>()?)
        }
        T::Call("true", args) if args.is_empty() => Value::Bool(true),
        T::Call("false", args) if args.is_empty() => Value::Bool(false),
        T::Call("null", args) if args.is_empty() => Value::Null,
        _ => return Err(not_constant()),
    })
}

fn text_of(parts: &[StrPart<&str, Term>]) -> Option<String> {
    let parts = parts.iter().map(|part| match part {
        StrPart::Str(text) => Some((*text).to_owned()),
        StrPart::Char(c) => Some(c.to_string()),
        StrPart::Term(_) => None,
    });
    parts.collect()
}

fn list_of<'t, 's>(term: &'t Term<'s>) -> Vec<&'t Term<'s>> {
    match term {
        T::BinOp(left, BinaryOp::Comma, right) => {
            let mut items = list_of(left);
            items.extend(list_of(right));
            items
        }
        other => vec![other],
    }
}

fn object_key(value: &Value, key: &str) -> Result<Value, String> {
    match value {
        Value::Obj(map) => Ok(map.get(key).cloned().unwrap_or(Value::Null)),
        _ => Err("Module metadata must be an object".into()),
    }
}
