//! Pagination: the pages of a long response, read as one body (RFC 8288, `Link: <…>; rel="next"`).

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read};

use super::body::Body;
use super::client::Client;
use super::error::Error;
use super::request::Request;
use super::response::Response;
use super::secrets::shown;
use dq_text::one_line;

/// How many pages are read. A server may link to ever new ones.
const MAX_PAGES: usize = 10_000;

/// Sends a request and follows its `next` links: the body of the response is all pages, one behind the other, and each
/// is requested when the one before it has been read. Only pages of the same origin are requested, and 10,000 at most.
///
/// A page that does not end with a line feed gets one, so that the last number of a page and the first of the next stay
/// apart. `are_values` says of the first page whether its body is read as JSON values: then the body ends with a page
/// that ends within a value, so that the value is not taken for one with the next page.
///
/// # Errors
/// As [`Client::send`], and those of `are_values`. The error of a later page is an error of reading the body.
pub fn paginate(
    client: Client,
    request: &Request,
    are_values: impl FnOnce(&mut Response) -> Result<bool, Error>,
) -> Result<Response, Error> {
    let mut seen = Seen::default();
    // One time limit is for all pages.
    let deadline = client.deadline();
    let client = client.with_deadline(deadline);
    let page = page(&client, request, None, &mut seen)?;
    let mut response = page.response;
    if response.status < 400 {
        let nesting = are_values(&mut response)?.then(Nesting::default);
        let body = std::mem::replace(&mut response.body, Box::new(io::empty()));
        response.body = Box::new(PaginatedBody {
            client,
            request: request.clone(),
            next: page.next,
            seen,
            ends_line: true,
            nesting,
            body,
        });
    }
    Ok(response)
}

/// The pages so far. Their targets are kept as hashes: each may have 64 KiB.
#[derive(Default)]
struct Seen {
    pages: usize,
    targets: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    fn insert(&mut self, target: &str) {
        self.targets.insert(self.hasher.hash_one(target));
    }

    fn contains(&self, target: &str) -> bool {
        self.targets.contains(&self.hasher.hash_one(target))
    }
}

/// One page.
struct Page {
    response: Response,
    next: Option<NextPage>,
}

/// The target of the next page, or why it is not requested. That is an error only once this page has been read.
type NextPage = Result<String, Error>;

/// Requests a page. `seen` are the targets of the pages so far, to which this one is added.
fn page(
    client: &Client,
    request: &Request,
    target: Option<String>,
    seen: &mut Seen,
) -> Result<Page, Error> {
    let mut prepared = client.prepare(request)?;
    if let Some(target) = target {
        prepared.target = target;
    }
    seen.pages += 1;
    seen.insert(&prepared.target);
    let response = client.send_with_retries(&mut prepared)?;
    // A redirect has changed it.
    seen.insert(&prepared.target);
    let next = link(&response).map(|link| {
        let problem = match prepared.same_origin_target(&link) {
            Some(_) if seen.pages == MAX_PAGES => {
                "dq reads 10000 pages at most, and there is another"
            }
            Some(target) if !seen.contains(&target) => return Ok(target),
            Some(_) => "the pages are a loop: the next one has been read already",
            None => "dq does not follow to this next page",
        };
        Err(Error::Redirect {
            status: response.status,
            reason: response.reason.clone(),
            location: one_line(&shown(&link)),
            problem,
        })
    });
    Ok(Page { response, next })
}

/// The link to the next page, from any of the `Link` headers.
fn link(response: &Response) -> Option<String> {
    let headers = response.headers.iter().filter(|(name, _)| name == "link");
    headers.into_iter().find_map(|(_, value)| next_link(value))
}

/// The bodies of all pages.
struct PaginatedBody {
    client: Client,
    request: Request,
    next: Option<NextPage>,
    /// The targets of the pages so far.
    seen: Seen,
    /// Whether the last byte was a line feed.
    ends_line: bool,
    /// Of values, where they have been read to.
    nesting: Option<Nesting>,
    /// The body of the current page.
    body: Body,
}

impl PaginatedBody {
    /// Requests the next page. Returns whether there is one.
    fn advance(&mut self) -> Result<bool, Error> {
        let Some(target) = self.next.take().transpose()? else {
            return Ok(false);
        };
        // Frees the connection of the last page for this one.
        self.body = Box::new(io::empty());
        let mut page = page(&self.client, &self.request, Some(target), &mut self.seen)?;
        if page.response.status >= 400 {
            return Err(page.response.failure());
        }
        self.next = page.next;
        self.body = page.response.body;
        Ok(true)
    }
}

impl Read for PaginatedBody {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let amount = self.body.read(buffer)?;
            if amount > 0 {
                self.ends_line = buffer[amount - 1] == b'\n';
                if let Some(nesting) = &mut self.nesting {
                    buffer[..amount].iter().for_each(|byte| nesting.pass(*byte));
                }
                return Ok(amount);
            }
            if self.nesting.as_ref().is_some_and(Nesting::is_open) {
                return Ok(0);
            }
            if self.next.is_some() && !self.ends_line && !buffer.is_empty() {
                buffer[0] = b'\n';
                self.ends_line = true;
                return Ok(1);
            }
            if !self.advance().map_err(io::Error::other)? {
                return Ok(0);
            }
        }
    }
}

/// Where JSON text stands, which is not validated.
#[derive(Default)]
struct Nesting {
    /// How many arrays and objects are open.
    depth: usize,
    in_string: bool,
    /// The last byte of the string is a backslash that escapes the next one.
    is_escaped: bool,
}

impl Nesting {
    /// Whether an array, an object or a string is open. A number or a word ends at the latest with the line.
    fn is_open(&self) -> bool {
        self.depth > 0 || self.in_string
    }

    fn pass(&mut self, byte: u8) {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = self.in_string,
            b'"' => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            // A record separator ends what is in front of it (RFC 7464 §2.1).
            0x1e => self.depth = 0,
            _ => {}
        }
    }
}

/// The target of the link whose relation is `next`.
fn next_link(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, behind)) = rest.split_once('<') {
        let (target, behind) = behind.split_once('>')?;
        let (parameters, more) = behind.split_at(outside_quotes(behind, ','));
        if is_next(parameters) {
            return Some(target.to_owned());
        }
        rest = more;
    }
    None
}

/// The index of the first such character outside of quotes, or the length of the text.
fn outside_quotes(text: &str, wanted: char) -> usize {
    let mut quoted = false;
    let found = text.find(|c| {
        quoted ^= c == '"';
        c == wanted && !quoted
    });
    found.unwrap_or(text.len())
}

/// Whether one of a link's parameters is `rel=next`, or a quoted list of relations with `next` in it.
fn is_next(parameters: &str) -> bool {
    let mut rest = parameters;
    while !rest.is_empty() {
        let (parameter, more) = rest.split_at(outside_quotes(rest, ';'));
        if names_next(parameter) {
            return true;
        }
        rest = more.get(1..).unwrap_or_default();
    }
    false
}

fn names_next(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or_default();
    let relations = value.trim().trim_matches('"');
    name.trim().eq_ignore_ascii_case("rel")
        && relations
            .split_ascii_whitespace()
            .any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link() {
        let cases = [
            ("</b?page=2>; rel=\"next\"", Some("/b?page=2")),
            ("</b>;rel=next", Some("/b")),
            (
                "</a>; rel=\"prev\", </b>; rel=\"next\", </z>; rel=last",
                Some("/b"),
            ),
            (
                "</a>; title=\"x, y; rel=next\"; rel=prev, </b>; REL=\"last Next\"",
                Some("/b"),
            ),
            (
                "<https://h/b?a=1,2>; rel=\"next\"; n=1",
                Some("https://h/b?a=1,2"),
            ),
            ("</b>; rel=prev", None),
            ("</b>", None),
            ("</b; rel=next", None),
            ("", None),
        ];
        for (header, expected) in cases {
            assert_eq!(next_link(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn open_values() {
        let cases = [
            ("", false),
            ("[1]\n{\"a\":[2]} 3", false),
            ("[1", true),
            ("{\"a\":{}", true),
            ("\"a", true),
            (r#""a\"#, true),
            (r#""a\"["#, true),
            (r#""a\\" "[{""#, false),
            ("[1]]", false),
            ("\u{1e}[1\n\u{1e}2", false),
        ];
        for (text, expected) in cases {
            let mut nesting = Nesting::default();
            text.bytes().for_each(|byte| nesting.pass(byte));
            assert_eq!(nesting.is_open(), expected, "{text}");
        }
    }
}
