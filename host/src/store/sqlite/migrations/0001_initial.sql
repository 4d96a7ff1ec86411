-- Instants are integers: milliseconds since 1970-01-01T00:00:00Z.
-- Words that the policy owns (a status, a cause) are checked when a row is read. A list here would be a second copy
-- of them, and a new word would need the table rebuilt.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 128),
    name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    -- Grows with every write to the account, its people and its designation.
    revision INTEGER NOT NULL,
    -- Checked at the end of a transaction, since an account and its owner come into being together.
    FOREIGN KEY (id, owner_id) REFERENCES people (account_id, id) DEFERRABLE INITIALLY DEFERRED
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
    -- For search: without case and accents. The address is empty for somebody who has none.
    folded_name TEXT NOT NULL,
    folded_email TEXT NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX people_by_name ON people (account_id, folded_name, id);

-- One row an account, from the account's creation on. A user_id of NULL is the default.
CREATE TABLE designations (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    -- No foreign key: a designation outlives the person's membership, until a review reverts it.
    user_id TEXT,
    chosen_at INTEGER,
    chosen_by TEXT,
    -- Grows with every change of user_id.
    version INTEGER NOT NULL,
    announced TEXT,
    reminded_valid_until INTEGER,
    reminded_days TEXT CHECK (json_valid(reminded_days)),
    next_review_at INTEGER,
    CHECK ((user_id IS NULL) = (chosen_at IS NULL)),
    CHECK ((user_id IS NULL) = (chosen_by IS NULL)),
    CHECK ((reminded_valid_until IS NULL) = (reminded_days IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX designations_due ON designations (next_review_at, account_id) WHERE next_review_at IS NOT NULL;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    at INTEGER NOT NULL,
    actor TEXT,
    action TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    reasons TEXT NOT NULL CHECK (json_valid(reasons)),
    policy_version TEXT NOT NULL,
    module_sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL
) STRICT;

CREATE INDEX audit_by_account ON audit (account_id, id);

-- History is only ever added to. REPLACE deletes without a delete trigger; the insert trigger stops it.
CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit table is append-only');
END;

CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE (ABORT, 'the audit table is append-only');
END;

CREATE TRIGGER audit_refuses_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT RAISE (ABORT, 'the audit table is append-only');
END;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The change that the mail tells of; NULL for a mail that tells of none.
    audit_id INTEGER REFERENCES audit (id),
    to_user TEXT NOT NULL,
    address TEXT,
    message TEXT NOT NULL CHECK (json_valid(message)),
    message_id TEXT NOT NULL UNIQUE,
    queued_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'unreachable')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    -- Grows with every claim, so that a late settlement is told from the present holder's.
    lease INTEGER NOT NULL DEFAULT 0,
    leased_until INTEGER,
    last_error TEXT,
    settled_at INTEGER,
    CHECK ((state = 'unreachable') = (address IS NULL)),
    CHECK ((state = 'pending') = (settled_at IS NULL)),
    CHECK (leased_until IS NULL OR state = 'pending')
) STRICT;

CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'pending';

-- What holds for the whole store. `fingerprint`: of the policy that the reviews follow.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
