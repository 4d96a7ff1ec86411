//! Connections that wait for work.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::Connection;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::fault::Fault;

/// Connections of one kind. Each does one thing at a time, on a thread that may block.
///
/// The mutexes are tokio's: they queue callers without holding a thread each, and a panic does not poison them. Work
/// that panics drops its transaction, which rolls back, before it gives the connection back.
#[derive(Debug)]
pub(super) struct Pool<const SIZE: usize> {
    connections: [Arc<Mutex<Connection>>; SIZE],
    turn: AtomicUsize,
}

impl<const SIZE: usize> Pool<SIZE> {
    pub(super) fn new(connections: [Connection; SIZE]) -> Self {
        const { assert!(SIZE > 0, "somebody has to do the work") };
        Self { connections: connections.map(|connection| Arc::new(Mutex::new(connection))), turn: AtomicUsize::new(0) }
    }

    /// Runs `work` on one of the connections. The lock moves into the working thread, so that work whose caller has
    /// gone away still ends before the next begins.
    pub(super) async fn run<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    {
        let mut connection = self.idle().await;
        tokio::task::spawn_blocking(move || work(&mut connection)).await.map_err(|_| Fault::BrokenOff)?
    }

    /// A connection that nobody uses; when all are in use, callers queue for them in turn.
    async fn idle(&self) -> OwnedMutexGuard<Connection> {
        let free = self.connections.iter().find_map(|connection| Arc::clone(connection).try_lock_owned().ok());
        match free {
            Some(connection) => connection,
            None => {
                let turn = self.turn.fetch_add(1, Ordering::Relaxed) % SIZE;
                Arc::clone(&self.connections[turn]).lock_owned().await
            }
        }
    }
}
