//! A collector: it takes what is sent over HTTP, and reads it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::{Span, span::SpanKind};
use prost::Message;

pub(crate) struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

/// A span as it arrived, with its numbers in hexadecimal digits.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    /// Whether it is the answer to a request.
    pub(crate) is_request: bool,
    attributes: Vec<(String, String)>,
}

impl Seen {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Collector {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Self { address: listener.local_addr().unwrap(), taken: Arc::default() };
        let taken = collector.taken.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let taken = taken.clone();
                thread::spawn(move || take(stream.unwrap(), &taken));
            }
        });
        collector
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}/v1/traces", self.address)
    }

    /// Every span that arrived, in the order of their beginnings.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let taken = self.taken.lock().unwrap();
        let scopes = taken.iter().flat_map(|request| &request.resource_spans).flat_map(|spans| &spans.scope_spans);
        let mut spans: Vec<&Span> = scopes.flat_map(|scope| &scope.spans).collect();
        spans.sort_by_key(|span| span.start_time_unix_nano);
        spans.into_iter().map(read).collect()
    }

    /// All that arrived, as text.
    pub(crate) fn text(&self) -> String {
        format!("{:?}", self.taken.lock().unwrap())
    }
}

fn read(span: &Span) -> Seen {
    let value = |value: &Value| match value {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let attributes = span.attributes.iter().filter_map(|attribute| {
        let held = attribute.value.as_ref()?.value.as_ref()?;
        Some((attribute.key.clone(), value(held)))
    });
    Seen {
        name: span.name.clone(),
        trace: digits(&span.trace_id),
        id: digits(&span.span_id),
        parent: digits(&span.parent_span_id),
        is_request: span.kind() == SpanKind::Server,
        attributes: attributes.collect(),
    }
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Answers the requests of a connection, each after its spans were kept.
fn take(mut stream: TcpStream, taken: &Mutex<Vec<ExportTraceServiceRequest>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
        let head = head.to_lowercase();
        assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
        let length = head.split("content-length: ").nth(1).unwrap().split('\r').next().unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        taken.lock().unwrap().push(ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    }
}
