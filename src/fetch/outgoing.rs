//! One request on its way: over redirects and closed connections to the head of its response.

use ureq::http::{HeaderValue, Method, Request as HttpRequest, header};
use ureq::{Agent, SendBody};

use super::client::Client;
use super::endpoint::{self, without_userinfo};
use super::error::Error;
use super::headers::{self, Headers};
use super::proxy::Proxy;
use super::response::Response;
use super::transport::ABSOLUTE;
use super::upload::Upload;
use super::ureq_error::{from_ureq, transport_error};
use super::watcher::Event;
use dq_text::one_line;

/// How many redirects are followed, one after the other.
const MAX_REDIRECTS: usize = 10;

/// A request as it goes out; a redirect changes its target only.
pub struct Outgoing<'a> {
    pub client: &'a Client,
    pub agent: &'a Agent,
    pub method: Method,
    /// Scheme and authority; for a socket a placeholder.
    pub origin: String,
    pub target: String,
    /// A proxy that is to read the request.
    pub proxy: Option<&'a Proxy>,
    pub headers: Headers,
    pub upload: Option<Upload>,
    /// How the user calls the server.
    pub host: String,
}

impl Outgoing<'_> {
    fn is_safe(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// Sent twice it does what it does sent once (RFC 9110 §9.2.2), and its body is still there.
    pub fn can_be_repeated(&self) -> bool {
        let idempotent = [Method::GET, Method::HEAD, Method::PUT, Method::DELETE];
        let more = [Method::OPTIONS, Method::TRACE];
        (idempotent.contains(&self.method) || more.contains(&self.method))
            && self.upload.as_ref().is_none_or(Upload::can_be_sent)
    }

    /// Sends it, and goes where redirects lead.
    pub fn follow(&mut self) -> Result<Response, Error> {
        let mut followed = 0;
        loop {
            let response = self
                .exchange()
                .map_err(|error| self.client.host().with_hint(error))?;
            if !(300..400).contains(&response.status) || response.status == 304 {
                return Ok(response);
            }
            if followed == MAX_REDIRECTS {
                return Err(refused_redirect(
                    &response,
                    "too many redirects, the last one to",
                ));
            }
            self.target = self.redirect(&response)?;
            followed += 1;
        }
    }

    /// Sends it once. A kept-alive connection may have been closed meanwhile: GET and HEAD are
    /// then sent again, each time with one idle connection less. A server that does not know
    /// `Expect` (417) gets the body unasked.
    fn exchange(&mut self) -> Result<Response, Error> {
        loop {
            match self.run()? {
                Ok(answer) if answer.status() == 417 && self.expects() => {
                    self.headers.retain(|(name, _)| name != header::EXPECT);
                }
                Ok(answer) if answer.status() == 101 => {
                    return Err(Error::Protocol {
                        problem: "the server switched to another protocol, unasked".to_owned(),
                    });
                }
                Ok(answer) => {
                    let empty_host = self.host_header().is_some_and(HeaderValue::is_empty);
                    let asked = (self.method.as_str(), self.target.as_str());
                    let response = Response::new(answer, asked, empty_host);
                    self.client.watcher().tell(Event::Received(&response));
                    return Ok(response);
                }
                Err(error) if self.is_safe() && is_stale(&error) => {}
                Err(error) => return Err(from_ureq(&error, &self.host)),
            }
        }
    }

    /// The outer error is what cannot be sent, the inner one what went wrong on the way.
    fn run(&self) -> Result<Result<ureq::http::Response<ureq::Body>, ureq::Error>, Error> {
        let http = self.http()?;
        // A pipe that broke under the request before, on a connection that was kept, says nothing about this one.
        self.client.line().reset();
        let Some(upload) = self
            .upload
            .as_ref()
            .filter(|upload| upload.length != Some(0))
        else {
            return Ok(self.agent.run(http));
        };
        let client = self.client;
        let body = upload
            .reader(client.line().clone(), client.watcher().clone())
            .map_err(|error| Error::lost(&error))?;
        let answer = self
            .agent
            .run(http.map(|()| SendBody::from_owned_reader(body)));
        // Other requests of this client are none of this body's business.
        client.line().reset();
        Ok(answer)
    }

    fn expects(&self) -> bool {
        let expect = self.headers.iter().any(|(name, _)| name == header::EXPECT);
        expect && self.upload.as_ref().is_none_or(Upload::can_be_sent)
    }

    fn http(&self) -> Result<HttpRequest<()>, Error> {
        let (_, authority) = self.origin.split_once("://").unwrap_or_default();
        let absolute = match self.proxy {
            Some(_) => format!("{ABSOLUTE}{}", without_userinfo(authority)),
            None => String::new(),
        };
        let uri = format!("{}{absolute}{}", self.origin, self.target);
        let mut http = HttpRequest::builder()
            .method(self.method.clone())
            .uri(uri)
            .body(())
            .map_err(|error| Error::usage(format!("the URL cannot be sent: {error}")))?;
        for (name, value) in &self.headers {
            http.headers_mut().append(name, value.clone());
        }
        if let Some(authorization) = self.proxy.and_then(Proxy::authorization) {
            let (name, value) = headers::header("proxy-authorization", authorization)?;
            http.headers_mut().append(name, value);
        }
        Ok(http)
    }

    fn host_header(&self) -> Option<&HeaderValue> {
        self.headers
            .iter()
            .find(|(name, _)| name == "host")
            .map(|(_, value)| value)
    }

    /// The target a link leads to; `None` where that is on another host.
    pub fn resolved(&self, link: &str) -> Option<String> {
        endpoint::redirect_target(link, &self.spellings(), &self.target)
    }

    /// The target a redirect leads to.
    fn redirect(&self, response: &Response) -> Result<String, Error> {
        let location = response.header("location").unwrap_or_default();
        let target = self.resolved(location);
        let problem = match target {
            _ if location.is_empty() => "a redirect without a location",
            _ if !self.is_safe() => "dq follows only GET and HEAD to",
            Some(target) => return Ok(target),
            None => "dq does not follow to another host",
        };
        Err(refused_redirect(response, problem))
    }

    /// The ways a server may write our origin: as it was called, and with the `Host` it was sent.
    fn spellings(&self) -> Vec<String> {
        let (scheme, authority) = self.origin.split_once("://").unwrap_or_default();
        let plain = without_userinfo(authority);
        match self.host_header().and_then(|host| host.to_str().ok()) {
            Some(host) => vec![format!("{scheme}://{host}")],
            None => vec![format!("{scheme}://{plain}")],
        }
    }
}

fn refused_redirect(response: &Response, problem: &'static str) -> Error {
    Error::Redirect {
        status: response.status,
        reason: response.reason.clone(),
        location: one_line(response.header("location").unwrap_or_default()),
        problem,
    }
}

fn is_stale(error: &ureq::Error) -> bool {
    transport_error(error).is_some_and(|inner| inner.stale)
}
