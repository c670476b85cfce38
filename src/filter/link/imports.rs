//! Modules: what the imports of a file bring into its top level.

use super::file_scope::{Export, FileScope, ModuleId, SavedAccess};
use super::linker::{FileId, Linker, LoadError};
use super::scope::Scope;
use crate::compile_error::CompileError;
use crate::syntax::{Def, Import};

impl<'s> Linker<'s> {
    /// Loads the imports of a file. `None` where one cannot be loaded: that is among the errors then.
    pub(crate) fn file_scope(
        &mut self,
        imports: &[Import<'s>],
        importer: FileId,
        source: &str,
        path: &str,
    ) -> Option<FileScope<'s>> {
        let mut scope = FileScope {
            saved: SavedAccess::All,
            ..FileScope::default()
        };
        for import in imports {
            match self.load(import, importer, &mut scope) {
                Ok(()) => {}
                Err(LoadError::AtImport(message)) => {
                    let error = CompileError::at(path, source, import.literal, message, None);
                    self.errors.push(error);
                    return None;
                }
                Err(LoadError::Reported) => return None,
            }
        }
        Some(scope)
    }

    fn load(
        &mut self,
        import: &Import<'s>,
        importer: FileId,
        scope: &mut FileScope<'s>,
    ) -> Result<(), LoadError> {
        let loader = self.loader;
        match import.name {
            Some(name) if name.starts_with('$') => {
                let global = loader.load_data(self, import, importer)?;
                let qualified = self.keep(format!("{name}::{}", &name[1..]));
                scope.data.extend([(name, global), (qualified, global)]);
            }
            Some(name) => {
                let module = loader.load_module(self, import, importer)?;
                scope.imported.push((name, module));
            }
            None => {
                let module = loader.load_module(self, import, importer)?;
                scope.included.push(module);
            }
        }
        Ok(())
    }

    /// Compiles the definitions of a module file, each under a unique name.
    pub(crate) fn add_module(
        &mut self,
        source: &'s str,
        path: &str,
        defs: Vec<Def<'s>>,
        file: FileScope<'s>,
    ) -> ModuleId {
        let mut scope = Scope::new(source, path, file);
        let id = self.modules.len();
        for (i, def) in defs.into_iter().enumerate() {
            let signature = (def.name, def.args.len());
            let compiled = self.keep(format!("{} {id}.{i}", def.name));
            let (mut lowered, outputs) = scope.definition(self, def, Some(compiled));
            lowered.name = compiled;
            self.defs.push(lowered);
            scope.file.own.push(Export {
                signature,
                compiled,
                outputs,
            });
        }
        self.modules.push(scope.file.own);
        id
    }
}
