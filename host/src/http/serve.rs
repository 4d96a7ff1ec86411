//! Serving until told to stop.
//!
//! axum's own loop has no limit for how long headers may take, nor for how long they are, so that hyper is asked here.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::around::DEADLINE;
use super::guard::MAX_HEADERS;
use super::stream::{Patience, Patient};

/// How long a connection may be silent between two requests, and how long the headers of one may take.
const HEADERS_TIME: Duration = Duration::from_secs(30);

/// How many connections there are at once; others wait until one of these ends. With the store's and those for mail they
/// fit into the 1,024 files that a process may usually have open.
const MAX_CONNECTIONS: usize = 900;

/// What of a request is kept in memory while it arrives, in bytes. Longer headers are refused without a body.
const BUFFER_BYTES: usize = 64 << 10;

/// How long to wait when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may be in a state that it could stay in for ever.
const PATIENCE: Patience =
    Patience { write: Duration::from_secs(30), silence: Duration::from_millis(300), linger: Duration::from_secs(10) };

/// What nobody may exceed.
#[derive(Clone, Copy)]
struct Bounds {
    connections: usize,
    headers: Duration,
    patience: Patience,
    /// For requests that are under way when it is time to stop.
    grace: Duration,
}

/// Serves until `shutdown` is ready. Then no connection is accepted any more, and requests under way are finished, as
/// long as they take no longer than a request may.
///
/// # Errors
/// None: a connection that cannot be accepted is logged, and the next one is waited for.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_within(
        listener,
        router,
        shutdown,
        Bounds { connections: MAX_CONNECTIONS, headers: HEADERS_TIME, patience: PATIENCE, grace: DEADLINE },
    )
    .await
}

async fn serve_within(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    bounds: Bounds,
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let (mut connections, places) = (JoinSet::new(), Arc::new(Semaphore::new(bounds.connections)));
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (place, stream) = accept(&listener, &places) => {
                let answered = connection(stream, router.clone(), stopped.clone(), bounds);
                connections.spawn(async move {
                    answered.await;
                    drop(place);
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    stop.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(bounds.grace, all).await.is_err() {
        // They end with the set.
        tracing::warn!(connections = connections.len(), "requests took too long to be finished, and were broken off");
    }
    Ok(())
}

/// A connection, once there is a place for one.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (Option<OwnedSemaphorePermit>, TcpStream) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    let place = Arc::clone(places).acquire_owned().await.ok(); // nobody closes it
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (place, stream),
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Answers the requests of one connection, until it ends or it is time to stop.
async fn connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>, bounds: Bounds) {
    let _ = stream.set_nodelay(true); // it only makes answers quicker
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(bounds.headers)
        .max_buf_size(BUFFER_BYTES)
        .max_headers(4 * MAX_HEADERS);
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(http.serve_connection(TokioIo::new(Patient::new(stream, bounds.patience)), service));
    // How a connection ends is the other side's business.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{Notify, oneshot};
    use tokio::task::JoinHandle;

    use super::*;

    /// A server whose one route says when a request has arrived, and answers when it is told to.
    struct Server {
        client: TcpStream,
        arrived: Arc<Notify>,
        answer: Arc<Notify>,
        shutdown: oneshot::Sender<()>,
        served: JoinHandle<io::Result<()>>,
    }

    async fn server(grace: Duration) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let (arrived, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (here, may_answer) = (arrived.clone(), answer.clone());
        let handler = async move || {
            here.notify_one();
            may_answer.notified().await;
            "answered"
        };
        let (shutdown, told) = oneshot::channel::<()>();
        let shutdown_told = async move { told.await.unwrap() };
        let router = Router::new().route("/", get(handler));
        let bounds = Bounds { connections: MAX_CONNECTIONS, headers: HEADERS_TIME, patience: PATIENCE, grace };
        let served = tokio::spawn(serve_within(listener, router, shutdown_told, bounds));
        Server { client, arrived, answer, shutdown, served }
    }

    #[tokio::test]
    async fn a_request_under_way_is_finished() {
        let mut server = server(DEADLINE).await;
        server.arrived.notified().await;
        server.shutdown.send(()).unwrap();
        server.answer.notify_one();
        let mut answer = String::new();
        server.client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("answered"), "{answer}");
        server.served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_request_that_never_ends_does_not_keep_the_server() {
        let server = server(Duration::ZERO).await;
        server.arrived.notified().await;
        server.shutdown.send(()).unwrap();
        server.served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_does_not_keep_the_server() {
        let mut server = server(DEADLINE).await;
        server.arrived.notified().await;
        server.answer.notify_one();
        let mut answer = [0; 1];
        server.client.read_exact(&mut answer).await.unwrap();
        server.shutdown.send(()).unwrap();
        server.served.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_connection_too_many_waits_until_another_one_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds { connections: 1, headers: HEADERS_TIME, patience: PATIENCE, grace: Duration::ZERO };
        let router = Router::new().route("/", get(async || "answered"));
        let _served = tokio::spawn(serve_within(listener, router, std::future::pending(), bounds));
        let connect = async || {
            let mut client = TcpStream::connect(address).await.unwrap();
            client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
            client
        };
        let (mut first, mut answer) = (connect().await, [0; 12]);
        first.read_exact(&mut answer).await.unwrap();
        let mut second = connect().await;
        assert!(timeout(Duration::from_millis(50), second.read_exact(&mut answer)).await.is_err());
        drop(first);
        second.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }

    #[tokio::test]
    async fn headers_that_never_end_are_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let bounds = Bounds {
            connections: MAX_CONNECTIONS,
            headers: Duration::from_millis(20),
            patience: PATIENCE,
            grace: Duration::ZERO,
        };
        let _served = tokio::spawn(serve_within(listener, Router::new(), std::future::pending(), bounds));
        client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    }

    #[tokio::test]
    async fn headers_without_end_are_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let bounds =
            Bounds { connections: MAX_CONNECTIONS, headers: HEADERS_TIME, patience: PATIENCE, grace: Duration::ZERO };
        let _served = tokio::spawn(serve_within(listener, Router::new(), std::future::pending(), bounds));
        let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx-long: {}", "x".repeat(BUFFER_BYTES));
        client.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 431");
    }
}
