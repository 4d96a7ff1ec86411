//! One request, one connection, and nothing between the harness and the bytes.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Longer than the server takes for any request.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request that can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) body: String,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// Sends a request and reads the whole answer; `None` when nobody is there to be asked.
///
/// # Errors
/// When the answer does not come as a whole. What was asked for may have happened all the same.
pub(crate) fn ask(address: SocketAddr, request: &Request) -> io::Result<Option<Reply>> {
    let Ok(mut stream) = TcpStream::connect_timeout(&address, PATIENCE) else { return Ok(None) };
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&bytes(address, request))?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&answer).map(Some).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn bytes(address: SocketAddr, request: &Request) -> Vec<u8> {
    let Request { method, path, headers, body } = request;
    let length = body.len();
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str(&format!("content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"));
    text.into_bytes()
}

/// The answer, unless something of it is missing.
fn parse(answer: &[u8]) -> Option<Reply> {
    let answer = std::str::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let (mut etag, mut length) = (None, None);
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        match name {
            "etag" => etag = Some(value.to_owned()),
            "content-length" => length = value.parse::<usize>().ok(),
            _ => {}
        }
    }
    (length == Some(body.len())).then(|| Reply { status, etag, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "HTTP/1.1 200 OK\r\netag: \"v3\"\r\ncontent-length: 2\r\n\r\n{}";

    #[test]
    fn an_answer_that_is_cut_off_is_none() {
        let reply = parse(WHOLE.as_bytes()).unwrap();
        assert_eq!((reply.status, reply.etag.as_deref(), reply.body.as_str()), (200, Some("\"v3\""), "{}"));
        for length in 0..WHOLE.len() {
            assert_eq!(parse(&WHOLE.as_bytes()[..length]), None, "{length}");
        }
    }
}
