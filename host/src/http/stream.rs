//! The two ends of a connection that hyper leaves open: what nobody takes, and what nobody reads.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How long a connection may be in a state that it could stay in for ever.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// For the other side to take something of what is sent.
    pub(super) write: Duration,
    /// For something else to arrive, once everything is said.
    pub(super) silence: Duration,
    /// For all that still arrives then.
    pub(super) linger: Duration,
}

/// A stream that ends when the other side takes nothing for too long. When it is closed, it reads on for a while: closed
/// with something unread, the system would tell the other side of a broken connection, and throw away the answer that is
/// on its way, such as a refusal of a body that is still being sent.
pub(super) struct Patient<S> {
    stream: S,
    patience: Patience,
    /// Runs while nothing can be written.
    stuck: Option<Pin<Box<Sleep>>>,
    /// Runs while it is being closed: until nothing came for too long, and until when anything may come.
    closing: Option<(Pin<Box<Sleep>>, Instant)>,
}

impl<S> Patient<S> {
    pub(super) fn new(stream: S, patience: Patience) -> Self {
        Self { stream, patience, stuck: None, closing: None }
    }

    /// What became of a write; an error once it has waited for too long.
    fn in_time<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let time = self.patience.write;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(time)));
        ready!(stuck.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> Patient<S> {
    /// Reads what still arrives, and throws it away.
    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Patience { silence, linger, .. } = self.patience;
        let (quiet, end) = self.closing.get_or_insert_with(|| (Box::pin(sleep(silence)), Instant::now() + linger));
        let mut rest = [0; 8 << 10];
        loop {
            let mut rest = ReadBuf::new(&mut rest);
            match Pin::new(&mut self.stream).poll_read(context, &mut rest) {
                Poll::Pending => return quiet.as_mut().poll(context),
                Poll::Ready(Ok(())) if !rest.filled().is_empty() && Instant::now() < *end => {
                    quiet.as_mut().reset(Instant::now() + silence);
                }
                Poll::Ready(_) => return Poll::Ready(()),
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let patient = self.get_mut();
        let written = Pin::new(&mut patient.stream).poll_write(context, bytes);
        patient.in_time(written, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let patient = self.get_mut();
        let written = Pin::new(&mut patient.stream).poll_write_vectored(context, slices);
        patient.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let patient = self.get_mut();
        let flushed = Pin::new(&mut patient.stream).poll_flush(context);
        patient.in_time(flushed, context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let patient = self.get_mut();
        if patient.closing.is_none() {
            ready!(Pin::new(&mut patient.stream).poll_shutdown(context))?;
        }
        ready!(patient.poll_rest(context));
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const LONG: Duration = Duration::from_secs(600);
    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn a_reader_that_takes_nothing_is_given_up() {
        let (ours, theirs) = duplex(4);
        let mut ours = Patient::new(ours, Patience { write: SHORT, silence: LONG, linger: LONG });
        assert_eq!(ours.write_all(b"01234").await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(theirs);
    }

    #[tokio::test]
    async fn a_reader_that_takes_something_is_waited_for() {
        let (ours, mut theirs) = duplex(4);
        let mut ours = Patient::new(ours, Patience { write: LONG, silence: LONG, linger: LONG });
        let write = async {
            ours.write_all(&[7; 100]).await.unwrap();
            assert!(ours.stuck.is_none() && ours.is_write_vectored() == ours.stream.is_write_vectored());
        };
        let mut read = [0; 100];
        let (_, read_all) = tokio::join!(write, theirs.read_exact(&mut read));
        assert_eq!((read_all.unwrap(), read), (100, [7; 100]));
    }

    #[tokio::test]
    async fn what_still_arrives_is_read_before_it_closes() {
        let (ours, mut theirs) = duplex(4);
        let mut ours = Patient::new(ours, Patience { write: LONG, silence: LONG, linger: LONG });
        let send = async {
            theirs.write_all(&[0; 100]).await.unwrap();
            drop(theirs);
        };
        assert!(tokio::join!(ours.shutdown(), send).0.is_ok());
    }

    #[tokio::test]
    async fn silence_and_a_flood_are_not_waited_for() {
        for (silence, linger) in [(SHORT, LONG), (LONG, Duration::ZERO)] {
            let (ours, mut theirs) = duplex(4);
            let mut ours = Patient::new(ours, Patience { write: LONG, silence, linger });
            theirs.write_all(&[0; 4]).await.unwrap();
            ours.shutdown().await.unwrap();
        }
    }
}
