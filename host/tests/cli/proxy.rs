//! Proxies of the environment, which get nothing that is not encrypted.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::running::{Running, TOKEN, serve};
use crate::support::{Folder, acme, program, run_with};

/// Hands each connection to a function.
fn listen(mut answer: impl FnMut(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap())));
    url
}

/// A proxy that hangs up, and counts who comes.
fn proxy() -> (String, Arc<AtomicUsize>) {
    let came = Arc::new(AtomicUsize::new(0));
    let counted = came.clone();
    let url = listen(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    (url, came)
}

fn through(mut command: Command, proxy: &str) -> Command {
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        command.env(name, proxy).env(name.to_lowercase(), proxy);
    }
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    command
}

#[test]
fn a_token_to_this_machine_goes_through_no_proxy() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    let server = Running::start(serve(&folder, &["--maildir", &folder.data().join("mail").display().to_string()]));
    let (token, url) = (folder.write("token", TOKEN), format!("http://{}", server.address()));
    let (proxy, came) = proxy();
    let show =
        |url: &str| run_with(through(program(["show", "acme", "--server", url, "--token-file", &token]), &proxy), b"");
    assert!(show(&url).printed().contains("u-owner"));
    assert_eq!(came.load(Ordering::SeqCst), 0);
    // A proxy that is asked for a tunnel gets no token.
    show("https://localhost:1").failed(1);
    assert!(came.load(Ordering::SeqCst) > 0);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn keys_from_this_machine_come_through_no_proxy() {
    let folder = Folder::new();
    folder.import(&acme()).printed();
    // One key that is good, and one that is passed over.
    let keys = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}"#;
    let url = listen(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{keys}", keys.len()).unwrap();
    });
    let (proxy, came) = proxy();
    let maildir = folder.data().join("mail").display().to_string();
    let command = serve(&folder, &["--maildir", &maildir, "--jwks-url", &url, "--jwt-issuer", "id"]);
    let mut server = Running::spawn(through(command, &proxy));
    let told = server.until("keys of the platform are passed over");
    assert!(told.contains("WARN") && told.contains("keys=1"), "{told}");
    server.until("serving");
    assert_eq!(came.load(Ordering::SeqCst), 0);
    assert_eq!(server.stop(), Some(0));
}
