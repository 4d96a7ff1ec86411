-- Instants are integers: milliseconds since 1970-01-01T00:00:00Z.
-- Words that the policy owns (a status, a cause) are checked when a row is read. A list here would be a second copy
-- of them, and a new word would need the table rebuilt.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 128),
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    -- Grows with every write to the account, its people and its designation.
    revision INTEGER NOT NULL,
    -- The end of the account's history: the number and the hash of its last row.
    audit_seq INTEGER NOT NULL,
    audit_hash TEXT NOT NULL,
    -- The designation. A user_id of NULL is the default. No foreign key: it outlives the person's membership, until a
    -- review reverts it.
    user_id TEXT,
    chosen_at INTEGER,
    chosen_by TEXT,
    -- Grows with every change of user_id.
    version INTEGER NOT NULL,
    announced TEXT,
    reminded_valid_until INTEGER,
    reminded_days TEXT CHECK (json_valid(reminded_days)),
    next_review_at INTEGER,
    -- Under which policy the last decision was made: as in the table policy, or 0 for any other.
    generation INTEGER NOT NULL,
    -- Why the last review was not possible.
    review_error TEXT,
    CHECK ((user_id IS NULL) = (chosen_at IS NULL)),
    CHECK ((user_id IS NULL) = (chosen_by IS NULL)),
    CHECK ((reminded_valid_until IS NULL) = (reminded_days IS NULL)),
    -- Checked at the end of a transaction, since an account and its owner come into being together.
    FOREIGN KEY (id, owner_id) REFERENCES people (account_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE INDEX accounts_due ON accounts (next_review_at, id) WHERE next_review_at IS NOT NULL;
CREATE INDEX accounts_by_generation ON accounts (generation, id);

-- Accounts that somebody has in hand for review. A decision takes the row away; one of which nobody decides stays, says
-- nothing from its time on, and is written anew by the next claim. Claims write here alone: the account's own row and its
-- indexes lie all over a large file. For the same reason there is no foreign key; accounts are never removed.
CREATE TABLE claims (
    account_id TEXT NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL CHECK (octet_length(id) BETWEEN 1 AND 128),
    role TEXT NOT NULL,
    account_settings TEXT NOT NULL,
    status TEXT NOT NULL,
    last_login_at INTEGER,
    staff_role TEXT,
    name TEXT NOT NULL,
    email TEXT,
    -- Since when the address is refused for good.
    unreachable_since INTEGER,
    -- For search: without case and accents. The address is empty for somebody who has none.
    folded_name TEXT NOT NULL,
    folded_email TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    CHECK (email IS NOT NULL OR unreachable_since IS NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX people_by_name ON people (account_id, folded_name, id);

-- The present policy, in one row. The generation grows whenever another policy becomes the present one.
CREATE TABLE policy (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT NOT NULL,
    generation INTEGER NOT NULL
) STRICT;

-- Each account's rows are numbered from 1 and linked: every row has the hash of the one before.
CREATE TABLE audit (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT,
    authenticated TEXT NOT NULL,
    action TEXT NOT NULL,
    before TEXT,
    after TEXT,
    reasons TEXT NOT NULL CHECK (json_valid(reasons)),
    detail TEXT CHECK (json_valid(detail)),
    policy_version TEXT NOT NULL,
    module_sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

-- History is only ever added to. REPLACE deletes without a delete trigger; the insert trigger stops it.
CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit table is append-only');
END;

CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit table is append-only');
END;

CREATE TRIGGER audit_refuses_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE account_id = NEW.account_id AND seq = NEW.seq)
BEGIN
    SELECT RAISE (ABORT, 'the audit table is append-only');
END;

-- Mails on their way, and events that are yet to be addressed: those have no recipient.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The row of the account's history that the mail tells of; NULL for a mail that tells of none.
    audit_seq INTEGER,
    -- The event that the mail tells of.
    event_id INTEGER REFERENCES outbox (id),
    -- Tells an event from the account's others.
    event_key TEXT,
    to_user TEXT,
    address TEXT,
    message TEXT NOT NULL CHECK (json_valid(message)),
    message_id TEXT NOT NULL UNIQUE,
    queued_at INTEGER NOT NULL,
    trying_since INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    -- Grows with every claim, so that a late settlement is told from the present holder's.
    lease INTEGER NOT NULL DEFAULT 0,
    leased_until INTEGER,
    last_error TEXT,
    settled_at INTEGER,
    FOREIGN KEY (account_id, audit_seq) REFERENCES audit (account_id, seq),
    CHECK ((to_user IS NULL) = (event_key IS NOT NULL)),
    CHECK (to_user IS NULL OR (state = 'unreachable') = (address IS NULL)),
    CHECK ((state = 'pending') = (settled_at IS NULL)),
    CHECK (leased_until IS NULL OR state IN ('pending', 'dropped'))
) STRICT;

CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'pending';
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_account ON outbox (account_id, id);
CREATE UNIQUE INDEX outbox_events ON outbox (account_id, event_key) WHERE event_key IS NOT NULL;
-- A recipient has an event once, unless it was withdrawn.
CREATE UNIQUE INDEX outbox_event_mails ON outbox (event_id, to_user) WHERE event_id IS NOT NULL AND state <> 'withdrawn';

-- Answers that are given again to the same request.
CREATE TABLE answers (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, actor, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX answers_by_age ON answers (at);
