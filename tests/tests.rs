//! The one test binary: dq as its users meet it. Cases are data where they can be; `support` starts the servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod benches;
mod cases;
mod changes;
mod completion;
mod deadlines;
mod deep;
mod documents;
mod endpoints;
mod engine;
mod exec;
mod fetch;
mod formats;
mod helpers;
mod hostile;
mod hosts;
mod jq_differential;
mod jq_fuzz;
mod large;
mod layout;
mod library;
mod limits;
mod memory;
mod packages;
mod parallel;
mod paths;
mod readme;
mod reconnect;
mod requests;
mod saved;
mod scripted;
mod secrets;
mod servers;
mod several;
mod ssh;
mod support;
mod tables;
mod terminals;
mod tls;
mod until;
mod watch;
mod watch_terminal;
