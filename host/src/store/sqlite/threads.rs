//! Connections with a thread each, which wait for work.
//!
//! SQLite holds up a thread while it reads and while it makes a commit durable. Threads of its own take what waits one
//! after the other without being woken for each, which costs more than most reads.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;
use std::{io, thread};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::fault::Fault;

/// How long whoever lets go of the threads waits for what they have in hand.
const END_TIME: Duration = Duration::from_secs(5);

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// Connections of one kind. Each does one thing at a time, in the order in which it was asked for.
///
/// When this is dropped, what was asked for is done and the connections are closed, unless that takes too long.
#[derive(Debug)]
pub(super) struct Threads {
    desk: Arc<Desk>,
    /// Closed by the last thread that ends.
    ended: Mutex<mpsc::Receiver<Infallible>>,
}

impl Threads {
    /// A thread for each of these connections.
    pub(super) fn start(name: &str, connections: impl IntoIterator<Item = Connection>) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let (end, ended) = mpsc::channel();
        let threads = Self { desk, ended: Mutex::new(ended) };
        // It goes before the threads, which would wait for it where one of them cannot be started.
        let end = end;
        for mut connection in connections {
            let (desk, end) = (Arc::clone(&threads.desk), end.clone());
            let work = move || {
                while let Some(work) = desk.take() {
                    work(&mut connection);
                }
                drop(connection);
                drop(end);
            };
            thread::Builder::new().name(name.to_owned()).spawn(work)?;
        }
        Ok(threads)
    }

    /// Does `work` on one of the connections, unless the caller has gone away before its turn. Work that panics drops its
    /// transaction, which rolls back, and the connection goes on with what is next.
    pub(super) async fn run<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        self.desk.put(Box::new(move |connection| {
            if tell.is_closed() {
                return;
            }
            if let Ok(done) = catch_unwind(AssertUnwindSafe(|| work(connection))) {
                let _ = tell.send(done); // whoever went away meanwhile does not need it
            }
        }));
        told.await.map_err(|_| Fault::BrokenOff)?
    }

    /// Has `work` done some time, unless something waits already. Nobody learns of a panic but standard error.
    pub(super) fn offer(&self, work: impl FnOnce(&mut Connection) + Send + 'static) {
        if !self.desk.has_work() {
            self.desk.put(Box::new(move |connection| drop(catch_unwind(AssertUnwindSafe(|| work(connection))))));
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.desk.close();
        // Nothing is ever sent: it returns when the last thread has ended, or when the time is over.
        let _ = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner).recv_timeout(END_TIME);
    }
}

/// Where work waits for a thread.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Work>,
    /// Threads that sleep, and that nobody has woken yet.
    asleep: usize,
    is_closed: bool,
}

impl Desk {
    fn put(&self, work: Work) {
        let mut state = self.state();
        state.waiting.push_back(work);
        let wakes = state.asleep > 0;
        state.asleep = state.asleep.saturating_sub(1);
        drop(state);
        if wakes {
            self.news.notify_one();
        }
    }

    /// The next work; nothing when all is done and no more will come.
    fn take(&self) -> Option<Work> {
        let mut state = self.state();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                return Some(work);
            }
            if state.is_closed {
                return None;
            }
            // Who wakes by itself counts twice from then on: at worst somebody is woken in vain.
            state.asleep += 1;
            state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn has_work(&self) -> bool {
        !self.state().waiting.is_empty()
    }

    fn close(&self) {
        self.state().is_closed = true;
        self.news.notify_all();
    }

    /// The lock is held for a push or a pop, which no panic can leave half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Desk").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_thread() -> Threads {
        Threads::start("test", [Connection::open_in_memory().unwrap()]).unwrap()
    }

    /// Keeps the thread from all other work until something is sent or dropped.
    fn hold(threads: &Threads) -> mpsc::Sender<()> {
        let (release, held) = mpsc::channel();
        threads.desk.put(Box::new(move |_| _ = held.recv()));
        while threads.desk.has_work() {
            thread::yield_now();
        }
        release
    }

    #[tokio::test]
    async fn work_is_done_in_the_order_in_which_it_came() {
        let threads = one_thread();
        let held = hold(&threads);
        let done = Arc::new(Mutex::new(Vec::new()));
        let numbered = |number| {
            let done = Arc::clone(&done);
            threads.run(move |_| {
                done.lock().unwrap().push(number);
                Ok(())
            })
        };
        let release = async { drop(held) };
        let (first, second, third, ()) = tokio::join!(biased; numbered(1), numbered(2), numbered(3), release);
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        assert_eq!(*done.lock().unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn work_whose_caller_has_gone_away_is_not_done() {
        let threads = one_thread();
        let held = hold(&threads);
        let (tell, told) = mpsc::channel();
        let abandoned = threads.run(move |_| {
            tell.send(()).unwrap();
            Ok(())
        });
        assert!(tokio::time::timeout(Duration::ZERO, abandoned).await.is_err());
        drop(held);
        threads.run(|_| Ok(())).await.unwrap();
        assert!(told.recv().is_err());
    }

    #[tokio::test]
    async fn what_is_offered_waits_alone_and_may_panic() {
        let threads = one_thread();
        let held = hold(&threads);
        let (tell, told) = mpsc::channel();
        for number in 1..=3 {
            let tell = tell.clone();
            threads.offer(move |_| {
                tell.send(number).unwrap();
                panic!("a test breaks off");
            });
        }
        drop((held, tell));
        threads.run(|_| Ok(())).await.unwrap();
        assert_eq!(told.iter().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_was_asked_for_is_done_when_it_is_dropped() {
        let threads = one_thread();
        let held = hold(&threads);
        let (tell, told) = mpsc::channel();
        threads.offer(move |_| tell.send(()).unwrap());
        let end = thread::spawn(move || drop(threads));
        drop(held);
        end.join().unwrap();
        told.try_recv().unwrap();
    }
}
