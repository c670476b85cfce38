//! Module files as the linker asks for them.

use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::data::{read_text, read_values};
use super::metadata::{check_metadata, import_option};
use super::search::{expand_home, locate, read_module, search_path};
use crate::compile_error::CompileError;
use crate::link::{FileId, Linker, LoadError, ModuleId, ModuleLoader};
use crate::lower::has_definitions_in_paths;
use crate::program::Program;
use crate::saved::SavedFilters;
use crate::syntax::{self, Import};
use dq_json::value::Value;

/// The module files of a program. Loading one may ask for others, so all state is in cells.
pub(crate) struct ModuleFiles {
    search_path: Vec<PathBuf>,
    /// Where relative directories in `search` of the main filter's imports start: the folder of `-f FILE`, or else the
    /// working directory.
    origin: PathBuf,
    home: Option<PathBuf>,
    saved_filters: SavedFilters,
    /// The modules by their file; `None` while a module is being linked.
    loaded: RefCell<HashMap<PathBuf, Option<ModuleId>>>,
    /// The files that [`FileId::File`] numbers.
    files: RefCell<Vec<PathBuf>>,
    /// The values of data files and of saved filters' `args`, by the name of their variable.
    globals: RefCell<Vec<(String, Value)>>,
}

impl ModuleFiles {
    /// The module files that the program can import. Nothing is read yet.
    pub(crate) fn new(program: &Program) -> Self {
        let origin = program.path.and_then(|path| Path::new(path).parent());
        Self {
            search_path: search_path(&program.library, program.home.as_deref()),
            origin: origin.unwrap_or(Path::new(".")).to_path_buf(),
            home: program.home.clone(),
            saved_filters: program.saved_filters.clone(),
            loaded: RefCell::default(),
            files: RefCell::default(),
            globals: RefCell::default(),
        }
    }

    /// The values of global variables that files have brought in, by name.
    pub(crate) fn globals(&self) -> Ref<'_, Vec<(String, Value)>> {
        self.globals.borrow()
    }

    fn add_file(&self, file: PathBuf) -> FileId {
        let mut files = self.files.borrow_mut();
        files.push(file);
        FileId::File(files.len() - 1)
    }

    fn directory(&self, importer: FileId) -> PathBuf {
        let files = self.files.borrow();
        let file = match importer {
            FileId::CommandLine => None,
            FileId::File(number) => files.get(number).and_then(|file| file.parent()),
        };
        file.unwrap_or(&self.origin).to_path_buf()
    }

    /// The file that an import names.
    fn find(&self, import: &Import, importer: FileId, extension: &str) -> Result<PathBuf, String> {
        let importer_directory = self.directory(importer);
        let directory = |path: &str| {
            let path = expand_home(Path::new(path), self.home.as_deref());
            importer_directory.join(path).components().collect()
        };
        let directories: Vec<PathBuf> = match &import_option(import, "search")? {
            Value::Str(path) => vec![directory(path)],
            Value::Arr(paths) => {
                let paths = paths.iter().filter_map(Value::as_str);
                paths.map(directory).collect()
            }
            _ => {
                let beside = match importer {
                    FileId::CommandLine => PathBuf::from("."),
                    FileId::File(_) => importer_directory,
                };
                let beside = import.path.starts_with("./").then_some(beside);
                beside.into_iter().chain(self.search_path.clone()).collect()
            }
        };
        locate(&import.path, &directories, extension)
    }

    /// Reads a module file and links its definitions, unless that has been done.
    fn load(&self, linker: &mut Linker, file: PathBuf) -> Result<ModuleId, LoadError> {
        let known = self.loaded.borrow().get(&file).copied();
        match known {
            Some(Some(id)) => return Ok(id),
            Some(None) => return Err("it imports itself".into()),
            None => {}
        }
        self.loaded.borrow_mut().insert(file.clone(), None);
        let text = read_module(&file)
            .map_err(|problem| format!("cannot read {}: {problem}", file.display()))?;
        let source = linker.keep(text);
        let path = file.display().to_string();
        let module = syntax::parse_module(source).map_err(|error| {
            let error = CompileError::syntax(&path, source, error);
            linker.errors.push(error);
            LoadError::Reported
        })?;
        linker.has_definitions_in_paths |= has_definitions_in_paths(&module);
        if module.main.is_some() {
            return Err(LoadError::AtImport(format!(
                "{path} has a filter after its definitions: a module has only definitions"
            )));
        }
        let importer = self.add_file(file.clone());
        let scope = linker
            .file_scope(&module.imports, importer, source, &path)
            .ok_or(LoadError::Reported)?;
        let id = linker.add_module(source, &path, module.defs, scope);
        self.loaded.borrow_mut().insert(file, Some(id));
        Ok(id)
    }

    /// Links the definitions of `~/.jq`, which every filter sees, if it is a file. What is wrong with it is among the
    /// linker's errors then.
    pub(crate) fn load_home(&self, linker: &mut Linker, home: &Path) -> Option<ModuleId> {
        let file = home.join(".jq");
        if !file.is_file() {
            return None;
        }
        match self.load(linker, file.clone()) {
            Ok(id) => Some(id),
            Err(LoadError::AtImport(message)) => {
                let message = format!("{}: {message}", file.display());
                linker.errors.push(CompileError::new(message));
                None
            }
            Err(LoadError::Reported) => None,
        }
    }
}

impl<'s> ModuleLoader<'s> for ModuleFiles {
    fn load_module(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        importer: FileId,
    ) -> Result<ModuleId, LoadError> {
        check_metadata(import.meta.as_ref())?;
        let file = self.find(import, importer, "jq")?;
        self.load(linker, file)
    }

    fn load_data(
        &self,
        linker: &mut Linker<'s>,
        import: &Import<'s>,
        importer: FileId,
    ) -> Result<&'s str, LoadError> {
        check_metadata(import.meta.as_ref())?;
        let file = self.find(import, importer, "json")?;
        // The file must be JSON even where `raw` asks for its text.
        let values = read_values(&file)?;
        let is_raw = matches!(import_option(import, "raw"), Ok(Value::Bool(true)));
        let value = if is_raw { read_text(&file)? } else { values };
        Ok(self.add_global(linker, value))
    }

    fn add_global(&self, linker: &mut Linker<'s>, value: Value) -> &'s str {
        let mut globals = self.globals.borrow_mut();
        let name = linker.keep(format!("$ data {}", globals.len()));
        globals.push((name.to_owned(), value));
        name
    }

    fn saved_filters(&self) -> &SavedFilters {
        &self.saved_filters
    }

    fn register(&self, file: &str) -> FileId {
        self.add_file(PathBuf::from(file))
    }
}
