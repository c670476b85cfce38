//! Several hosts for one request: those that are named, those whose contexts match a pattern, or all contexts.

use std::fs;
use std::path::PathBuf;

use super::docker::resolve_host;
use super::flags::{HostFlags, TlsFlags};
use super::pattern::{is_pattern, matches};
use crate::address::Address;
use crate::context::ConfigDir;
use crate::env_vars::EnvVars;
use crate::error::Error;
use crate::host::Host;
use dq_text::one_line;

/// Which hosts are asked.
#[derive(Debug, Clone, Copy)]
pub enum HostChoice<'c> {
    /// `--host`, repeated.
    Hosts(&'c [String]),
    /// `--context`, repeated, each a name or a pattern.
    Contexts(&'c [String]),
    /// `--all-contexts`: docker's contexts and `default`.
    AllContexts,
}

/// One of several hosts.
#[derive(Debug)]
pub struct NamedHost {
    /// What to call it, in one line; no other one is called the same.
    pub name: String,
    /// The host, or why it cannot be determined.
    pub host: Result<Host, Error>,
}

/// Resolves the hosts in the order given, contexts of a pattern in the order of their names.
///
/// What is named twice is asked once. Of the contexts that no name but a pattern or `--all-contexts` chooses, those
/// with the same endpoint and client certificate are asked once, under the first name.
///
/// # Errors
/// `Usage` for a host that is none, a context that does not exist, a pattern that no context matches. Whatever else is
/// wrong with one of them is its own error.
pub fn resolve_hosts(
    choice: HostChoice<'_>,
    tls: &TlsFlags,
    env: &EnvVars<'_>,
) -> Result<Vec<NamedHost>, Error> {
    let mut resolver = Resolver {
        tls,
        env,
        found: Vec::new(),
    };
    match choice {
        HostChoice::Hosts(hosts) => {
            for host in distinct(hosts) {
                resolver.add_host(host)?;
            }
        }
        HostChoice::Contexts(names) => {
            for name in distinct(names) {
                if is_pattern(name) {
                    resolver.add_matching(name)?;
                } else {
                    resolver.add_context(name)?;
                }
            }
        }
        HostChoice::AllContexts => resolver.add_all(),
    }
    let mut hosts = resolver.found;
    make_distinct(&mut hosts);
    Ok(hosts)
}

/// The texts without those that were there before.
fn distinct(texts: &[String]) -> impl Iterator<Item = &str> {
    let texts_before = |at: usize| texts[..at].iter().map(|text| text.trim());
    let texts = texts.iter().map(|text| text.trim()).enumerate();
    let is_new = move |(at, text): &(usize, &str)| texts_before(*at).all(|it| it != *text);
    texts.filter(is_new).map(|(_, text)| text)
}

struct Resolver<'r> {
    tls: &'r TlsFlags,
    env: &'r EnvVars<'r>,
    found: Vec<NamedHost>,
}

impl Resolver<'_> {
    fn resolve(&self, flags: HostFlags) -> Result<Host, Error> {
        let tls = self.tls.clone();
        resolve_host(&HostFlags { tls, ..flags }, self.env)
    }

    fn context(&self, name: &str) -> Result<Host, Error> {
        self.resolve(HostFlags {
            context: Some(name.to_owned()),
            ..HostFlags::default()
        })
    }

    fn add(&mut self, name: String, host: Result<Host, Error>) {
        self.found.push(NamedHost { name, host });
    }

    /// Adds a host that is named.
    fn add_host(&mut self, text: &str) -> Result<(), Error> {
        let host = self.resolve(HostFlags {
            host: Some(text.to_owned()),
            ..HostFlags::default()
        });
        let name = host.as_ref().map_or_else(|_| one_line(text), Host::name);
        self.add_named(name, host)
    }

    /// Adds a context that is named, unless a pattern before it has.
    fn add_context(&mut self, name: &str) -> Result<(), Error> {
        let shown = one_line(name);
        if self.found.iter().any(|known| known.name == shown) {
            return Ok(());
        }
        let host = self.context(name);
        self.add_named(shown, host)
    }

    /// Adds a host. A misspelt one ends the run before anything is sent.
    fn add_named(&mut self, name: String, host: Result<Host, Error>) -> Result<(), Error> {
        match host {
            Err(error @ Error::Usage { .. }) => Err(error),
            host => {
                self.add(name, host);
                Ok(())
            }
        }
    }

    /// Adds the contexts that match a pattern.
    fn add_matching(&mut self, pattern: &str) -> Result<(), Error> {
        let dir = ConfigDir::from_env(self.env);
        let (mut names, _) = dir
            .as_ref()
            .map_or_else(Default::default, ConfigDir::names_and_problems);
        names.push("default".to_owned());
        names.sort();
        names.retain(|name| matches(pattern, name));
        if names.is_empty() {
            return Err(Error::Usage {
                problem: format!("no context matches {}", one_line(pattern)),
                hint: dir.map(|dir| dir.names_hint()),
            });
        }
        for name in names {
            self.add_alias(&name);
        }
        Ok(())
    }

    /// Adds `default` and all contexts, also those that cannot be read.
    fn add_all(&mut self) {
        let dir = ConfigDir::from_env(self.env);
        let (names, problems) = dir.map_or_else(Default::default, |dir| dir.names_and_problems());
        // Where docker runs elsewhere only, as in a virtual machine, nobody means the default socket.
        let is_alone = names.is_empty() && problems.is_empty();
        if is_alone || self.env.is_set("DOCKER_HOST") || self.has_default_socket() {
            self.add_alias("default");
        }
        for name in names {
            self.add_alias(&name);
        }
        for (directory, problem) in problems {
            self.add(directory, Err(problem));
        }
    }

    /// Whether the default host is on the network, or a socket that exists.
    fn has_default_socket(&self) -> bool {
        match self.context("default").map(|host| host.address) {
            Ok(Address::Unix(path)) => path.exists(),
            _ => true,
        }
    }

    /// Adds a context that was not named, unless its endpoint is asked already.
    fn add_alias(&mut self, name: &str) {
        let shown = one_line(name);
        let host = self.context(name);
        let is_known = self.found.iter().any(|known| {
            let same = known.host.as_ref().ok().zip(host.as_ref().ok());
            known.name == shown || same.is_some_and(|(known, host)| is_same(known, host))
        });
        if !is_known {
            self.add(shown, host);
        }
    }
}

/// Gives hosts that have the name of one before them a number, as in `ssh://build#2`, and tells each its name.
fn make_distinct(hosts: &mut [NamedHost]) {
    for at in 0..hosts.len() {
        let (before, rest) = hosts.split_at_mut(at);
        let Some(host) = rest.first_mut() else { return };
        let is_taken = |name: &str| before.iter().any(|known| known.name == name);
        let base = host.name.clone();
        let mut number = 1;
        while is_taken(&host.name) {
            number += 1;
            host.name = format!("{base}#{number}");
        }
        if let Ok(found) = &mut host.host {
            found.alias = Some(host.name.clone());
        }
    }
}

/// Whether two contexts lead to the same engine as the same user.
fn is_same(a: &Host, b: &Host) -> bool {
    place(a) == place(b) && a.base_path == b.base_path && certificate(a) == certificate(b)
}

/// Where a host is, however it is spelled. Of sockets, links are followed: /var/run is often one.
fn place(host: &Host) -> (String, bool) {
    let path = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    let text = match &host.address {
        Address::Unix(socket) => path(socket).display().to_string(),
        Address::Net { authority, .. } => authority.to_ascii_lowercase(),
        other => other.to_string(),
    };
    (text, host.tls.is_some())
}

/// The client's certificate. Each context has files of its own, so the content is compared.
fn certificate(host: &Host) -> Option<Vec<u8>> {
    let (certificate, _) = host.tls.as_ref()?.identity.as_ref()?;
    fs::read(certificate).ok()
}

#[cfg(test)]
mod tests;
