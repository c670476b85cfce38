//! `fetch` in a filter: requests to the host of the source, a cache for one run, and the values of the bodies.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::Arc;

use super::byte_source::BeforeBlocking;
use super::exchange;
use super::fetch_pool::{Answer, Failure, FetchPool, Headers, Pending};
use super::output::Output;
use crate::catalogue;
use crate::error::Error;
use crate::plan::{Exchange, FilterRequests, Input, Plan};
use dq_filter::{FetchedValues, Fetcher, InputSettings, InputSource, Inputs};
use dq_json::read::ByteSource;
use dq_json::value::Value;

/// The longest body that is kept for the next request of the same path, in bytes.
const MAX_CACHED: usize = 1 << 20;
/// All bodies that are kept, in bytes.
const MAX_CACHE: usize = 64 << 20;

/// Requests paths for `fetch`, from the host of the source that is selected. A host is determined with the first request.
pub struct SourceFetcher<'p> {
    plan: &'p Plan,
    output: Rc<Output>,
    /// The pools of the hosts, by the names of the hosts where there are several.
    pools: RefCell<Vec<(Option<Rc<str>>, PoolResult)>>,
    /// The index of the source that inputs come from; `None` where they come from several hosts at once.
    selected: Rc<Cell<Option<usize>>>,
    /// The failure that has ended the run.
    timeout: RefCell<Option<dq_fetch::Error>>,
}

type PoolResult = Result<Rc<CachingPool>, String>;

impl<'p> SourceFetcher<'p> {
    pub fn new(plan: &'p Plan, output: &Rc<Output>) -> Self {
        Self {
            plan,
            output: output.clone(),
            pools: RefCell::default(),
            selected: Rc::new(Cell::new(Some(0))),
            timeout: RefCell::default(),
        }
    }

    /// The failure that has ended the run, if it was one of time.
    pub fn timeout(&self) -> Option<dq_fetch::Error> {
        self.timeout.take()
    }

    /// From now on inputs come from the source with this index; from several where it is `None`.
    pub fn select(&self, source: Option<usize>) {
        self.selected.set(source);
    }

    /// What selects the source, for inputs that come from several in turn.
    pub fn selection(&self) -> Rc<Cell<Option<usize>>> {
        self.selected.clone()
    }

    fn pool(&self) -> PoolResult {
        let (name, exchange) = self.source()?;
        let known = |pools: &[(Option<Rc<str>>, PoolResult)]| {
            let found = pools.iter().find(|(known, _)| *known == name);
            found.map(|(_, pool)| pool.clone())
        };
        if let Some(pool) = known(&self.pools.borrow()) {
            return pool;
        }
        let pool = new_pool(self.plan, exchange, &self.output);
        let pool = pool.map(Rc::new).map_err(|error| match error {
            Error::Fetch(error) => error.to_string(),
            error => error.to_string(),
        });
        self.pools.borrow_mut().push((name, pool.clone()));
        pool
    }

    /// The host that is asked: its name and an exchange with it, if it is one of several sources.
    fn source(&self) -> Result<(Option<Rc<str>>, Option<&'p Exchange>), String> {
        let several = match &self.plan.input {
            Input::Http(exchange) | Input::Exec(exchange) => return Ok((None, Some(exchange))),
            Input::Several(several) => several,
            _ => return Ok((None, None)),
        };
        let is_one_host = several.sources.iter().all(|source| source.host.is_none());
        let selected = self.selected.get().or(is_one_host.then_some(0));
        let source = selected.and_then(|index| several.sources.get(index));
        let source =
            source.ok_or("the input is from several hosts: fetch cannot tell which to ask")?;
        match &source.exchange {
            Ok(exchange) => Ok((source.host.clone(), Some(exchange))),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn new_pool(
    plan: &Plan,
    exchange: Option<&Exchange>,
    output: &Rc<Output>,
) -> Result<CachingPool, Error> {
    let requests = &plan.requests;
    let host = match exchange {
        Some(exchange) => exchange.host.clone(),
        None => {
            let host = requests.resolve_host()?;
            if let Some(warning) = host.warning() {
                output.report(&format!("dq: fetch: {warning}"));
            }
            host
        }
    };
    let parallel = if host.is_ssh() {
        requests.parallel.min(MAX_SSH)
    } else {
        requests.parallel
    };
    let headers = Headers {
        sent: requests.headers.clone(),
        without: requests.without.clone(),
        logins: requests.logins.clone(),
    };
    let client = exchange::client_for_filter(host, plan);
    Ok(CachingPool {
        pool: FetchPool::new(client, headers, parallel),
        output: output.clone(),
        cache: RefCell::default(),
        cached_bytes: Cell::new(0),
    })
}

/// How many ssh connections are opened: each is a child process and a login.
pub const MAX_SSH: usize = 2;

impl Fetcher for SourceFetcher<'_> {
    fn parallel(&self) -> usize {
        self.pool().map_or(1, |pool| pool.pool.parallel())
    }

    fn begin(&self, path: &str) -> FetchedValues {
        let failed = |message: &str| -> FetchedValues {
            Box::new(std::iter::once(Err(error_value(
                path,
                &Failure {
                    status: None,
                    message: message.to_owned(),
                },
            ))))
        };
        if let Some(problem) = catalogue::endless_reason(path) {
            return failed(&problem);
        }
        match self.pool() {
            Ok(pool) => pool.begin(path),
            Err(problem) => failed(&problem),
        }
    }

    fn ends_run(&self, failure: &Value) -> bool {
        let is_over = self.pool().is_ok_and(|pool| pool.pool.is_over());
        if is_over {
            let limit = self.plan.requests.settings.max_time.unwrap_or_default();
            let failure = raised(failure).unwrap_or_default();
            let doing = format!("after {} s: {failure}", limit.as_secs_f64());
            self.timeout
                .replace(Some(dq_fetch::Error::Timeout { doing }));
        }
        is_over
    }
}

/// A pool that keeps bodies by path.
struct CachingPool {
    pool: FetchPool,
    output: Rc<Output>,
    /// By path: the request, and whether its body is among the cached bytes.
    cache: RefCell<HashMap<String, (Arc<Pending>, bool)>>,
    cached_bytes: Cell<usize>,
}

impl CachingPool {
    fn begin(self: Rc<Self>, path: &str) -> FetchedValues {
        let known = self
            .cache
            .borrow()
            .get(path)
            .map(|(known, _)| known.clone())
            // The time is for all that the filter asks for, so the request is sent again, and fails.
            .filter(|_| !self.pool.is_over());
        let pending = known.unwrap_or_else(|| {
            let pending = self.pool.begin(path);
            let mut cache = self.cache.borrow_mut();
            cache.insert(path.to_owned(), (pending.clone(), false));
            pending
        });
        let path = path.to_owned();
        let mut values = None;
        Box::new(std::iter::from_fn(move || {
            let values = values.get_or_insert_with(|| values_of(&path, self.take(&path, &pending)));
            values.next()
        }))
    }

    /// Waits for the answer; it stays in the cache only if it is a body that is short enough.
    fn take(&self, path: &str, pending: &Arc<Pending>) -> Arc<Answer> {
        let answer = pending.ready().unwrap_or_else(|| {
            self.output.flush_written();
            pending.wait()
        });
        let mut cache = self.cache.borrow_mut();
        if let Some((_, is_counted)) = cache.get_mut(path)
            && !*is_counted
        {
            let length = match &*answer {
                Answer::Body(bytes, _) => bytes.len(),
                Answer::Failed(_) => usize::MAX,
            };
            let bytes = self.cached_bytes.get().saturating_add(length);
            if length > MAX_CACHED || bytes > MAX_CACHE {
                cache.remove(path);
            } else {
                *is_counted = true;
                self.cached_bytes.set(bytes);
            }
        }
        drop(cache);
        answer
    }
}

/// The values of a body as the inputs of a filter are read, then the error that it ends with.
fn values_of(path: &str, answer: Arc<Answer>) -> FetchedValues {
    let mode = match &*answer {
        Answer::Failed(failure) => {
            return Box::new(std::iter::once(Err(error_value(path, failure))));
        }
        Answer::Body(_, mode) => *mode,
    };
    let mut source = Some(InputSource {
        name: None,
        host: None,
        bytes: Box::new(BodyReader { answer, read: 0 }),
    });
    let settings = InputSettings {
        mode,
        ..InputSettings::default()
    };
    let inputs = Inputs::new(settings, Box::new(move || source.take()));
    let path = path.to_owned();
    Box::new(inputs.map(move |input| {
        input.map_err(|error| {
            let message = format!("invalid JSON: {error}");
            error_value(
                &path,
                &Failure {
                    status: None,
                    message,
                },
            )
        })
    }))
}

/// Reads a body that the cache may hold, too.
struct BodyReader {
    answer: Arc<Answer>,
    /// How many bytes were read.
    read: usize,
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Answer::Body(bytes, _) = &*self.answer else {
            return Ok(0);
        };
        let length = (&bytes[self.read..]).read(buffer)?;
        self.read += length;
        Ok(length)
    }
}

impl ByteSource for BodyReader {}

/// The value of the error that `fetch` raises.
fn error_value(path: &str, failure: &Failure) -> Value {
    let status = failure.status.map(usize::from);
    Value::object([
        ("status", status.map_or(Value::Null, Value::from)),
        ("message", Value::str(&*failure.message)),
        ("path", Value::str(path)),
    ])
}

/// The message for the error value of a `fetch`; `None` for any other value.
pub fn raised(error: &Value) -> Option<String> {
    let Value::Obj(map) = error else { return None };
    let (status, message, path) = (
        map.field("status")?,
        map.field("message")?,
        map.field("path")?,
    );
    let is_ours = map.iter().count() == 3 && matches!(status, Value::Num(_) | Value::Null);
    let (message, path) = (message.as_str().filter(|_| is_ours)?, path.as_str()?);
    let path = dq_fetch::shown(path);
    Some(match status {
        Value::Null => format!("fetch {path}: {message}"),
        status => format!("fetch {path}: {}: {message}", status.to_json()),
    })
}

impl FilterRequests {
    /// The host that the options, the environment and docker's configuration choose.
    ///
    /// # Errors
    /// A host that cannot be determined.
    fn resolve_host(&self) -> Result<dq_fetch::Host, Error> {
        let environment = dq_fetch::EnvVars {
            var: &crate::environment::process,
        };
        Ok(dq_fetch::resolve_host(&self.flags, &environment)?)
    }
}
