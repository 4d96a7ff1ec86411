//! Serving until told to stop.
//!
//! axum's own loop has no limit for how long headers may take, nor for how long they are, so that hyper is asked here.

use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::around::DEADLINE;
use super::guard::MAX_HEADERS;

/// How long a connection may be silent between two requests, and how long the headers of one may take.
const HEADERS_TIME: Duration = Duration::from_secs(30);

/// What of a request is kept in memory while it arrives, in bytes. Longer headers are refused without a body.
const BUFFER_BYTES: usize = 64 << 10;

/// How long to wait when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// How long what may take long may take.
#[derive(Clone, Copy)]
struct Times {
    headers: Duration,
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
    serve_within(listener, router, shutdown, Times { headers: HEADERS_TIME, grace: DEADLINE }).await
}

async fn serve_within(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    times: Times,
) -> io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            stream = accept(&listener) => {
                connections.spawn(connection(stream, router.clone(), stopped.clone(), times.headers));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    stop.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    // Those that take longer end with the set.
    let _ = timeout(times.grace, all).await;
    Ok(())
}

async fn accept(listener: &TcpListener) -> TcpStream {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                tracing::error!(%error, "a connection cannot be accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Answers the requests of one connection, until it ends or it is time to stop.
async fn connection(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>, headers: Duration) {
    let _ = stream.set_nodelay(true); // it only makes answers quicker
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(headers).max_buf_size(BUFFER_BYTES).max_headers(4 * MAX_HEADERS);
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
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
    use std::sync::Arc;

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
        let times = Times { headers: HEADERS_TIME, grace };
        let served = tokio::spawn(serve_within(listener, router, shutdown_told, times));
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
    async fn headers_that_never_end_are_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let times = Times { headers: Duration::from_millis(20), grace: Duration::ZERO };
        let _served = tokio::spawn(serve_within(listener, Router::new(), std::future::pending(), times));
        client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    }

    #[tokio::test]
    async fn headers_without_end_are_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let times = Times { headers: HEADERS_TIME, grace: Duration::ZERO };
        let _served = tokio::spawn(serve_within(listener, Router::new(), std::future::pending(), times));
        let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx-long: {}", "x".repeat(BUFFER_BYTES));
        client.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 431");
    }
}
