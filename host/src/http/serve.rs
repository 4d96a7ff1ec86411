//! Serving until told to stop.

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::guard::DEADLINE;

/// Serves until `shutdown` is ready. Then no connection is accepted any more, and requests under way are finished, as
/// long as they take no longer than a request may.
///
/// # Errors
/// When the listener cannot accept connections.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    serve_with_grace(listener, router, shutdown, DEADLINE).await
}

async fn serve_with_grace(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    let (stopping, stopped) = oneshot::channel();
    let served = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        let _ = stopping.send(()); // nobody listens when the server has ended already
    });
    let grace_is_over = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(grace).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        result = served => result,
        () = grace_is_over => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::sync::Notify;
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
        let served = tokio::spawn(serve_with_grace(listener, router, shutdown_told, grace));
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
}
