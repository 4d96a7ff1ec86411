//! Moving what the log holds into the file: beside the writes, and not in them.
//!
//! SQLite by itself has the commit do it that fills the log. That commit, and all that wait for it, then take many times
//! as long as others, the longer the larger the file is, since its pages lie further apart.

use std::ffi::c_int;
use std::sync::Arc;

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode::PASSIVE;
use rusqlite::{Connection, ErrorCode, MAIN_DB};

use super::threads::Threads;

/// A connection that does nothing else; nobody waits for it.
pub(super) type Mover = Arc<Threads>;

/// How long the log gets, in pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    /// Whenever it has grown by so much, what it holds is moved beside the writes.
    pub(super) step: c_int,
    /// From this length on, every commit moves what it finds, so that the log begins anew. Writes that never pause would
    /// otherwise make it longer for ever: it only begins anew when all of it was moved.
    pub(super) limit: c_int,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { step: 1_000, limit: 16_000 }
    }
}

/// Takes over from SQLite for all that this connection will commit. A checkpoint that fails is none of the commit's
/// concern, which is on the disk already: the log keeps what was not moved.
pub(super) fn watch(writer: &mut Connection, mover: Mover, lengths: Lengths) -> rusqlite::Result<()> {
    let Lengths { step, limit } = lengths;
    let mut before = 0;
    writer.wal_hook(Some(move |log: &mut Wal, pages: c_int| {
        if pages < before {
            before = 0; // it began anew
        }
        if pages >= limit {
            report(log.checkpoint_v2(PASSIVE));
        } else if pages / step > before / step {
            mover.offer(|connection| report(connection.wal_checkpoint_v2(Some(MAIN_DB), PASSIVE)));
        }
        before = pages;
        Ok(())
    }))
}

fn report(moved: rusqlite::Result<(c_int, c_int)>) {
    match moved {
        // Another connection, or another process, is at it.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
        Err(error) => tracing::warn!(%error, "the write-ahead log stays longer than usual"),
        Ok(_) => {}
    }
}
