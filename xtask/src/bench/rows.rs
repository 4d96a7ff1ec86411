//! What is compared, what was set as its goal, and what stands in the way of one that is missed.

/// A row of the document's table.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    /// What of ours is measured.
    pub(crate) ours: &'static str,
    /// What it is compared with.
    pub(crate) against: &'static str,
    pub(crate) goal: Goal,
    /// What limits it, and what was tried, for the case that it misses.
    pub(crate) limit: &'static str,
}

/// How low a row should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// Ours by the baseline.
    Ratio(f64),
    /// Ours, in the row's unit.
    Value(f64),
    /// Ours without the baseline, in the row's unit.
    Difference(f64),
    /// There for comparison alone.
    None,
}

/// A plot, and the benchmarks that have its points.
pub(crate) struct Plot {
    pub(crate) benchmark: &'static str,
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    /// Why the curve is as it is.
    pub(crate) explanation: &'static str,
}

const fn row(name: &'static str, ours: &'static str, against: &'static str, goal: Goal, limit: &'static str) -> Known {
    Known { name, ours, against, goal, limit }
}

use Goal::{Difference, None, Ratio, Value};

/// In the order of the table.
pub(crate) const ROWS: &[Known] = &[
    row(
        "verdict-single-vs-cedar",
        "one eligibility through the host's engine, typed in and out",
        "Cedar natively: an equivalent policy parsed before, request and entity built",
        Ratio(0.05),
        "",
    ),
    row(
        "verdict-single-vs-regorus",
        "the same",
        "Regorus natively, as its README shows: an equivalent policy, input built",
        Ratio(0.03),
        "",
    ),
    row(
        "verdict-single-vs-regorus-vm",
        "the same",
        "Regorus natively by its virtual machine, program compiled before, input built",
        None,
        "",
    ),
    row(
        "verdict-single-vs-native",
        "the same",
        "the policy's function called natively",
        Ratio(8.0),
        "One crossing of the border and a pool that lends the instance: the rule itself is a tenth of it. Tried: \
         no ids, one buffer that is kept, answers in place, an instance that moves as a pointer.",
    ),
    row(
        "verdict-batch-vs-native",
        "1,000 in a call, codec included, each",
        "the same",
        Ratio(2.0),
        "The rules themselves are half of it; the rest packs each person, copies, checks what is read, and makes a verdict \
         of the answer. The module is compiled for size. Tried: packed facts without ids, answers in place, readers that \
         are no calls of their own, the rules compiled for less size (a third faster for 1.5 KB).",
    ),
    row(
        "js-single-vs-cedar-wasm",
        "the package in Node, one eligibility",
        "cedar-wasm, an equivalent policy parsed before",
        Ratio(0.03),
        "",
    ),
    row(
        "js-single-vs-handwritten",
        "the package in Node, one eligibility",
        "the same rule in plain JavaScript, same input and output",
        Ratio(1.5),
        "Facts become bytes to cross the border, and a verdict becomes an object. Tried: packed facts in the module's own \
         memory, instants as numbers.",
    ),
    row(
        "js-many-vs-handwritten",
        "the package in Node, 1,000 in a call",
        "the same",
        Ratio(1.0),
        "As for one, with a crossing for each hundred people.",
    ),
    row(
        "module-load",
        "a process from its start to its first verdict",
        "the same, compiling the module with Cranelift",
        Ratio(0.05),
        "",
    ),
    row(
        "instantiate",
        "what a fresh instance adds to a call",
        "",
        Value(10.0),
        "Most of it is the system's: memory is mapped, grown, touched and given back; 7 µs are the rules, which the module \
         reads and hashes. It is paid once in 10,000 calls. Tried: imports that are linked once, rules that are encoded \
         once, memory without copy-on-write (many times slower), smaller reservations of addresses (7 µs less, for bounds \
         that are checked at each access). A pool of memory would reserve 4 GB of addresses for each call that runs at \
         once, and what comes after the last of them would have to wait or need a second compiled module.",
    ),
    row(
        "tick-flat",
        "a tick with 1,000 due of 1,000,000 accounts, SQLite",
        "1,000 due of 10,000",
        Ratio(1.1),
        "The steps are the same to the last one (`counts.rs` tests that), but of ten thousand accounts several that are due \
         share a page, and of a million each has pages of its own to read, to log and to write. Tried: one row an account, \
         claims that do not write it, a log that is moved beside the writes (together a third of what it was); a larger \
         cache and mapped files bring nothing.",
    ),
    row(
        "audit-vs-stream-sqlite",
        "a full audit of 1,000,000 accounts",
        "reading the same rows by the same driver, no decision",
        Ratio(1.3),
        "It is at the goal within what the rounds differ by: the audit decides on one core while it reads on the other.",
    ),
    row(
        "audit-vs-sql-sqlite",
        "a full audit of 1,000,000 accounts",
        "one statement with the criteria written by hand",
        Ratio(2.0),
        "The statement looks at one person and returns one number; the audit reads two people with names, \
         addresses and history, which is what it needs to act. Tried: a first glance in packed bytes, so that no \
         quiet account is decided in full.",
    ),
    row(
        "designate-vs-bare-sqlite",
        "a change: read, decide, store, durable",
        "the same statements alone, as durable",
        Ratio(1.2),
        "A durable write is a quarter of a millisecond here; two reads, the module's decision and handing work to \
         threads of the store are half as much again. On a disk that takes longer the ratio falls.",
    ),
    row(
        "http-get-vs-bare",
        "`GET …/security-contact`, each at saturation by 64 connections",
        "a bare axum route with the same query",
        Ratio(1.25),
        "A log line, a deadline, the caller's proof, security headers and two decisions of the module for each request, \
         on two cores that the client shares. Tried: one read for access and contact, statements that keep their plans.",
    ),
    row(
        "http-designate-vs-bare",
        "`PUT …/security-contact`, 16 writers on accounts of their own, SQLite",
        "16 threads with the same statements on one connection, as durable",
        Ratio(1.43),
        "There is one writer, so that a change waits for those before it, as the threads do; what comes on top is a \
         request, two reads and the module's decisions.",
    ),
    row(
        "import",
        "`security-contact import` of 100,000 people, the whole process",
        "prepared inserts of the same rows in one transaction, rows in memory",
        Ratio(2.0),
        "Each line of JSON is read twice: as a value and by the reader that names a field at fault. A durable commit \
         each 2,000 people is the price of being able to go on after a crash. Tried: reading on a thread of its own \
         while what was read is stored.",
    ),
    row(
        "tick-flat-postgres",
        "a tick with 1,000 due of 1,000,000 accounts, PostgreSQL",
        "1,000 due of 10,000",
        Ratio(1.1),
        "As in SQLite; besides, each page goes to the log as a whole when it is first written after a checkpoint, and a \
         checkpoint comes before each round.",
    ),
    row(
        "audit-vs-stream-postgres",
        "a full audit of 1,000,000 accounts",
        "reading the same rows by the same driver, no decision",
        Ratio(1.3),
        "",
    ),
    row(
        "audit-vs-sql-postgres",
        "a full audit of 1,000,000 accounts",
        "one statement with the criteria written by hand",
        Ratio(2.0),
        "The statement never leaves the server; the audit brings each row over a socket. Tried: a first glance in \
         packed bytes.",
    ),
    row(
        "designate-vs-bare-postgres",
        "a change: read, decide, store, durable",
        "the same statements alone, one after the other, as durable",
        Ratio(1.2),
        "The locks that keep two hosts apart are further statements, and statements go over a pool.",
    ),
    row(
        "size-gzip",
        "the module with gzip",
        "cedar-wasm 4.13.0 with gzip",
        Ratio(0.025),
        "Types and text of every operation, for hosts and for JavaScript, in one file. Tried: sizes for all, \
         other passes, a codec written by hand.",
    ),
    row(
        "memory-audit",
        "peak of a process that audits 1,000,000 accounts",
        "one that audits 100,000",
        Difference(20.0),
        "",
    ),
];

/// In the order of the document.
pub(crate) const PLOTS: &[Plot] = &[
    Plot {
        benchmark: "growth-verdicts",
        name: "verdicts",
        title: "Verdicts in one call",
        x: "people in a call",
        y: "ns each",
        explanation: "One call costs about as much as two verdicts; from a hundred people on that is spread, and what is left is each person's facts.",
    },
    Plot {
        benchmark: "growth-tick-sqlite",
        name: "tick",
        title: "A tick with 1,000 due",
        x: "accounts",
        y: "ms",
        explanation: "The steps are the same; what grows is the number of pages that they touch, until each account has its own.",
    },
    Plot {
        benchmark: "growth-tick-postgres",
        name: "tick",
        title: "A tick with 1,000 due",
        x: "accounts",
        y: "ms",
        explanation: "The steps are the same; what grows is the number of pages that they touch, until each account has its own.",
    },
    Plot {
        benchmark: "growth-audit-sqlite",
        name: "audit",
        title: "A full audit",
        x: "accounts",
        y: "s",
        explanation: "A straight line: every row is read once, in order. Memory stays as it is. Ten million accounts were measured once.",
    },
    Plot {
        benchmark: "growth-audit-postgres",
        name: "audit",
        title: "A full audit",
        x: "accounts",
        y: "s",
        explanation: "A straight line: every row is read once, in order. Memory stays as it is. Ten million accounts were measured once.",
    },
    Plot {
        benchmark: "growth-candidates",
        name: "candidates",
        title: "A search among an account's people, SQLite",
        x: "people in the account",
        y: "ms",
        explanation: "The first page is read by its index and decided on in one call, so that it stays as it is. A search \
            for somebody late in the alphabet looks at every name before, which shows from some hundred people on.",
    },
    Plot {
        benchmark: "growth-replicas",
        name: "replicas",
        title: "Hosts that share a backlog in PostgreSQL",
        x: "hosts",
        y: "reviews a second",
        explanation: "Hosts share the backlog by its rows. On two cores, which the database shares, more than two hosts have nothing more to use.",
    },
    Plot {
        benchmark: "growth-outbox",
        name: "outbox",
        title: "Mails to a real SMTP server",
        x: "mails waiting",
        y: "mails a second",
        explanation: "Each mail is a conversation and a durable settlement; four are under way at once, and one writer settles them.",
    },
];
