//! Traces, as a collector gets them from the real program.
#![cfg(unix)]

mod collector;
#[path = "../cli/running.rs"]
#[allow(dead_code, reason = "the tests of the command line use all of it")]
mod running;
#[path = "../cli/support.rs"]
#[allow(dead_code, reason = "the tests of the command line use all of it")]
mod support;

use std::net::TcpListener;
use std::process::Command;

use collector::{Collector, Seen};
use running::{Running, TOKEN, serve};
use support::{Folder, acme};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const CONTACT: &str = "/v1/accounts/acme/security-contact";

/// Longer than any test takes, in milliseconds: what is sent is sent at the end.
const NEVER: &str = "3600000";

/// Soon, in milliseconds.
const SOON: &str = "50";

/// A server with all that it does, which sends traces there, what it gathered so far that often.
fn traced(folder: &Folder, endpoint: &str, every: &str) -> Command {
    folder.import(&acme()).printed();
    let maildir = folder.data().join("mail").display().to_string();
    let mut command = serve(folder, &["--maildir", &maildir, "--otlp-endpoint", endpoint]);
    command.env("OTEL_BSP_SCHEDULE_DELAY", every);
    command
}

/// Asks as `u-owner`, as a part of that trace.
fn ask(server: &Running, method: &str, traceparent: &str, body: &str) -> u16 {
    let headers = format!(
        "authorization: Bearer {TOKEN}\r\nsecurity-contact-person: u-owner\r\nif-match: *\r\n\
         content-type: application/json\r\ntraceparent: {traceparent}\r\n"
    );
    server.ask(&format!("{method} {CONTACT}"), &headers, body).0
}

#[test]
fn a_change_is_a_part_of_its_callers_trace_sent_at_the_end_and_names_nobody() {
    let folder = Folder::new();
    let collector = Collector::start();
    let mut server = Running::start(traced(&folder, &collector.endpoint(), NEVER));
    let change = r#"{"userId":"u-admin"}"#;
    assert_eq!(ask(&server, "PUT", &format!("00-{TRACE}-{PARENT}-01"), change), 200);
    // A caller who keeps nothing of its trace wants nothing kept here.
    assert_eq!(ask(&server, "GET", &format!("00-{}-{PARENT}-00", "1".repeat(32)), ""), 200);
    server.until_sent(2);
    assert_eq!(server.stop(), Some(0));

    let seen = collector.seen();
    let requests: Vec<&Seen> = seen.iter().filter(|span| span.is_request).collect();
    let [request] = requests[..] else { panic!("{requests:#?}") };
    assert_eq!(request.name, "PUT /v1/accounts/{account}/security-contact");
    assert_eq!((request.trace.as_str(), request.parent.as_str()), (TRACE, PARENT));
    assert_eq!(request.attribute("http.response.status_code"), Some("200"));

    let inside = |name: &str, attribute: &str| -> Vec<&str> {
        let of_trace = seen.iter().filter(|span| span.trace == TRACE && span.parent == request.id);
        let mut of_name: Vec<&str> =
            of_trace.filter(|span| span.name == name).filter_map(|span| span.attribute(attribute)).collect();
        // A change is decided again when something else came in between, such as a review.
        of_name.dedup();
        of_name
    };
    assert_eq!(inside("decision", "operation"), ["access", "change"]);
    assert_eq!(inside("decision", "outcome"), ["permitted", "changed"]);
    assert!(inside("store", "operation").contains(&"commit_all"), "{seen:#?}");

    // Each mail is a part of the round that took it in hand.
    let rounds: Vec<&Seen> = seen.iter().filter(|span| span.name == "round").collect();
    for what in ["mail", "review", "forget"] {
        assert!(rounds.iter().any(|span| span.attribute("what") == Some(what)), "{what}");
    }
    let mails: Vec<&Seen> = seen.iter().filter(|span| span.name == "mail").collect();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| rounds.iter().any(|round| round.id == mail.parent)), "{mails:#?}");

    let text = collector.text();
    assert!(text.contains("security-contact"));
    for name in ["acme", "u-owner", "u-admin", "Name of", "@", TOKEN] {
        assert!(!text.contains(name), "{name} is in a trace");
    }
}

#[test]
fn a_collector_that_is_away_breaks_nothing_and_is_told_of() {
    let folder = Folder::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Running::start(traced(&folder, &format!("http://{nobody}/v1/traces"), SOON));
    server.until("the collector takes no traces, which are lost");
    assert_eq!(ask(&server, "GET", &format!("00-{TRACE}-{PARENT}-01"), ""), 200);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_collector_that_never_answers_holds_up_nobody() {
    let folder = Folder::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v1/traces", silent.local_addr().unwrap());
    let server = Running::start(traced(&folder, &endpoint, SOON));
    // It has a batch in hand by now.
    let _held = silent.accept().unwrap();
    for _ in 0..100 {
        assert_eq!(ask(&server, "GET", &format!("00-{TRACE}-{PARENT}-01"), ""), 200);
    }
    assert_eq!(server.stop(), Some(0));
}
