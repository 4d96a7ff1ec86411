//! The way to a mail server, which the test can hold shut.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;

/// How the text of a mail ends (RFC 5321).
const END_OF_MAIL: &[u8] = b"\r\n.\r\n";

/// Hands everything on in both directions. Once it has handed a whole mail on, what the server says waits until the gate
/// is opened: that mail is in hand until then.
pub(crate) struct Gate {
    port: u16,
    in_hand: mpsc::Receiver<()>,
    lock: Arc<Lock>,
}

#[derive(Default)]
struct Lock {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    /// A shut gate before the server of that port.
    pub(crate) fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, in_hand) = mpsc::channel();
        let lock = Arc::new(Lock::default());
        let gate = Self { port, in_hand, lock: lock.clone() };
        // The thread ends with the test's process.
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
                let held = Arc::new(AtomicBool::new(false));
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap(), held.clone(), lock.clone());
                let sender = sender.clone();
                thread::spawn(move || hand_mails_on(client, server, &held, &sender));
                thread::spawn(move || hand_replies_back(back.0, back.1, &back.2, &back.3));
            }
        });
        gate
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    /// Waits until that many more mails are in hand.
    pub(crate) fn until_in_hand(&self, mails: u32) {
        for _ in 0..mails {
            self.in_hand.recv().unwrap();
        }
    }

    pub(crate) fn open(&self) {
        *self.lock.is_open.lock().unwrap() = true;
        self.lock.opened.notify_all();
    }
}

fn hand_mails_on(mut client: TcpStream, mut server: TcpStream, held: &AtomicBool, in_hand: &mpsc::Sender<()>) {
    let (mut buffer, mut tail) = ([0; 4096], Vec::new());
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        tail.extend_from_slice(&buffer[..length]);
        let is_whole = tail.ends_with(END_OF_MAIL);
        tail.drain(..tail.len().saturating_sub(END_OF_MAIL.len()));
        // Before the server can reply to it.
        held.store(is_whole, Ordering::SeqCst);
        if server.write_all(&buffer[..length]).is_err() || (is_whole && in_hand.send(()).is_err()) {
            return;
        }
    }
}

fn hand_replies_back(mut server: TcpStream, mut client: TcpStream, held: &AtomicBool, lock: &Lock) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = server.read(&mut buffer) {
        if held.load(Ordering::SeqCst) {
            drop(lock.opened.wait_while(lock.is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
        }
        if client.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}
