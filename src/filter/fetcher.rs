//! What `fetch` in a filter requests with; whoever runs the filter provides it.

use dq_json::value::Value;

/// The values of a response's body, or the value of the error that it ends with.
pub type FetchedValues = Box<dyn Iterator<Item = Result<Value, Value>>>;

/// Requests paths of the host that the inputs are from. A request only reads: its method is GET.
pub trait Fetcher {
    /// How many requests may be under way at the same time; at least 1.
    fn parallel(&self) -> usize;

    /// Begins to request a path, such as `/containers/web/json`. The first `next` of the values waits for the response;
    /// a status of 400 or above, and any other failure, is an error value `{status, message, path}`.
    fn begin(&self, path: &str) -> FetchedValues;

    /// Whether this failure ends the run, because the time for all requests is over: no filter catches it. The run is
    /// [`RunError::Halted`](crate::RunError::Halted) with an exit code that means nothing.
    fn ends_run(&self, failure: &Value) -> bool;
}
