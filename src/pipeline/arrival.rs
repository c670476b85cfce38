//! The inputs of the filter, available once the response or the files can be read.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::error::Error;
use dq_filter::{InputSettings, InputSource};
use dq_json::read::ByteSource;

/// The inputs of the filter, if any.
pub enum Arrival {
    /// Inputs, read when the filter asks for them.
    Inputs {
        sources: Box<dyn FnMut() -> Option<InputSource>>,
        /// The name of the host that they are from, for `$host`.
        host: Option<Rc<str>>,
        settings: InputSettings,
        problems: Rc<SourceProblems>,
    },
    /// Nothing: the body was copied to stdout, or `--curl` printed a command line.
    Done,
}

impl Arrival {
    /// A single source that is already open.
    pub fn one(
        name: Option<Rc<str>>,
        bytes: Box<dyn ByteSource>,
        settings: InputSettings,
        problems: SourceProblems,
    ) -> Self {
        let mut source = Some(InputSource {
            name,
            host: None,
            bytes,
        });
        Self::Inputs {
            sources: Box::new(move || source.take()),
            host: None,
            settings,
            problems: Rc::new(problems),
        }
    }

    /// The same inputs, from the host of this name.
    pub fn with_host(mut self, name: String) -> Self {
        if let Self::Inputs { host, .. } = &mut self {
            *host = Some(name.into());
        }
        self
    }

    /// The same inputs from a source of this name.
    pub fn named(self, name: Rc<str>) -> Self {
        match self {
            Self::Inputs {
                mut sources,
                host,
                settings,
                problems,
            } => Self::Inputs {
                sources: Box::new(move || {
                    let name = Some(name.clone());
                    sources().map(|source| InputSource { name, ..source })
                }),
                host,
                settings,
                problems,
            },
            Self::Done => Self::Done,
        }
    }
}

/// Problems with sources that affect the exit code once everything else is done.
#[derive(Default)]
pub struct SourceProblems {
    /// A file could not be opened, which has been reported.
    pub has_unopened: Cell<bool>,
    /// The source is the body of a response, whose errors are those of the fetch stage.
    pub is_response: bool,
}

/// A failure of an exchange that is reported after its body has been shown.
#[derive(Default)]
pub struct DeferredFailure {
    /// The status was 400 or above, or the connection was lost at the end of a text.
    failure: RefCell<Option<dq_fetch::Error>>,
    /// What a progress stream reports.
    report: RefCell<Option<dq_fetch::ReportedError>>,
}

impl DeferredFailure {
    /// Sets the failure. The first one is kept.
    pub fn fail(&self, error: dq_fetch::Error) {
        self.failure.borrow_mut().get_or_insert(error);
    }

    /// Sets the report, which may turn out to be a failure while the body is read.
    pub fn watch(&self, report: dq_fetch::ReportedError) {
        self.report.replace(Some(report));
    }

    /// The failure, if there was one.
    pub fn error(&self) -> Option<Error> {
        let report = || {
            self.report
                .borrow()
                .as_ref()
                .and_then(dq_fetch::ReportedError::get)
        };
        self.failure.take().or_else(report).map(Error::Fetch)
    }
}
