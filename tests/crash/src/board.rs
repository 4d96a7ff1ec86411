//! Which servers there are, and where they answer.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::lock;
use crate::violation::Violation;

/// How many of a server's last words are kept.
const LAST_WORDS: usize = 12;

/// The servers of a run, by the numbers of their processes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Board(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    servers: BTreeMap<u32, Listed>,
    /// The words of servers that panicked.
    panics: Vec<String>,
}

/// What is known of one server.
#[derive(Clone, Debug, Default)]
struct Listed {
    /// Where it answers, once it does.
    address: Option<SocketAddr>,
    is_gone: bool,
    last_words: VecDeque<String>,
}

impl Board {
    /// Follows what the server of that process says, until it is gone.
    pub(crate) fn follow(&self, id: u32, log: impl Read + Send + 'static) {
        lock(&self.0.state).servers.insert(id, Listed::default());
        let board = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                board.hear(id, line);
            }
            board.change(id, |listed| {
                listed.is_gone = true;
                listed.address = None;
            });
        });
    }

    fn hear(&self, id: u32, line: String) {
        if line.contains("panicked") {
            lock(&self.0.state).panics.push(line.clone());
        }
        let address = serving(&line);
        self.change(id, |listed| {
            listed.address = address.or(listed.address);
            listed.last_words.push_back(line);
            if listed.last_words.len() > LAST_WORDS {
                listed.last_words.pop_front();
            }
        });
    }

    fn change(&self, id: u32, change: impl FnOnce(&mut Listed)) {
        if let Some(listed) = lock(&self.0.state).servers.get_mut(&id) {
            change(listed);
        }
        self.0.changed.notify_all();
    }

    /// Waits until that server answers. `None` when it is gone, or has not said so in time.
    pub(crate) fn wait_for(&self, id: u32, patience: Duration) -> Option<SocketAddr> {
        self.wait(patience, |state| match state.servers.get(&id) {
            Some(Listed { address: Some(address), .. }) => Some(Some(*address)),
            Some(Listed { is_gone: false, .. }) => None,
            _ => Some(None),
        })
        .flatten()
    }

    /// Where any of the servers answers, another one from time to time; waits until one does.
    pub(crate) fn any(&self, turn: usize, patience: Duration) -> Option<SocketAddr> {
        self.wait(patience, |state| {
            let addresses: Vec<SocketAddr> = state.servers.values().filter_map(|listed| listed.address).collect();
            addresses.get(turn % addresses.len().max(1)).copied()
        })
    }

    /// The last words of that server, which nobody needs to know of any more.
    pub(crate) fn forget(&self, id: u32) -> Vec<String> {
        let listed = lock(&self.0.state).servers.remove(&id);
        listed.map(|listed| listed.last_words.into()).unwrap_or_default()
    }

    /// What servers said that panicked.
    pub(crate) fn panics(&self) -> Vec<Violation> {
        let panics = &lock(&self.0.state).panics;
        panics.iter().map(|words| Violation::new("panicked", words.as_str())).collect()
    }

    fn wait<T>(&self, patience: Duration, mut ready: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let until = Instant::now() + patience;
        let mut state = lock(&self.0.state);
        loop {
            if let Some(found) = ready(&state) {
                return Some(found);
            }
            let left = until.checked_duration_since(Instant::now())?;
            (state, _) = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The address in the line by which a server says that it serves.
fn serving(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("serving listen=")?;
    rest.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_server_is_there_from_its_word_to_its_end() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let board = Board::default();
        board.follow(7, reader);
        std::io::Write::write_all(&mut writer, b"INFO x: serving listen=127.0.0.1:80 policy=1\nthread panicked\n")
            .unwrap();
        let address = "127.0.0.1:80".parse().unwrap();
        assert_eq!(board.wait_for(7, PATIENCE), Some(address));
        assert_eq!(board.any(5, PATIENCE), Some(address));
        drop(writer);
        let gone = board.wait(PATIENCE, |state| state.servers[&7].is_gone.then_some(()));
        assert!(gone.is_some());
        assert_eq!(board.wait_for(7, PATIENCE), None);
        assert_eq!(board.any(0, Duration::ZERO), None);
        assert_eq!((board.panics().len(), board.forget(7).len()), (1, 2));
    }
}
