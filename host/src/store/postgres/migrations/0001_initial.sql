-- Instants are integers: milliseconds since 1970-01-01T00:00:00Z.
-- Words that the policy owns (a status, a cause) are checked when a row is read. A list here would be a second copy
-- of them, and a new word would need the table changed.
-- What is put in order compares byte by byte (COLLATE "C"), so that pages do not depend on the database's language.
-- JSON is kept as text, byte for byte: some of it is hashed, and some compared.

CREATE TABLE accounts (
    id TEXT COLLATE "C" NOT NULL CHECK (octet_length(id) BETWEEN 1 AND 128),
    name TEXT NOT NULL,
    owner_id TEXT COLLATE "C" NOT NULL,
    -- Grows with every write to the account, its people and its designation.
    revision BIGINT NOT NULL,
    -- The end of the account's history: the number and the hash of its last row.
    audit_seq BIGINT NOT NULL,
    audit_hash TEXT NOT NULL,
    -- The designation. A user_id of NULL is the default. No foreign key: it outlives the person's membership, until a
    -- review reverts it.
    user_id TEXT COLLATE "C",
    chosen_at BIGINT,
    chosen_by TEXT,
    -- Grows with every change of user_id.
    version BIGINT NOT NULL,
    announced TEXT COLLATE "C",
    reminded_valid_until BIGINT,
    reminded_days TEXT CHECK (json_typeof(reminded_days::json) = 'array'),
    next_review_at BIGINT,
    -- Under which policy the last decision was made: as in the table policy, or 0 for any other.
    generation BIGINT NOT NULL,
    -- Why the last review was not possible.
    review_error TEXT,
    CHECK ((user_id IS NULL) = (chosen_at IS NULL)),
    CHECK ((user_id IS NULL) = (chosen_by IS NULL)),
    CHECK ((reminded_valid_until IS NULL) = (reminded_days IS NULL))
-- Room for the next version of a row beside it, so that a decision writes one page.
) WITH (fillfactor = 85);

-- The primary key comes last: where a server that knows nothing of a table cannot tell two indexes apart, it takes the
-- newest.
CREATE INDEX accounts_due ON accounts (next_review_at, id) WHERE next_review_at IS NOT NULL;
CREATE INDEX accounts_by_generation ON accounts (generation, id);
ALTER TABLE accounts ADD PRIMARY KEY (id);

-- Accounts that somebody has in hand for review. A decision takes the row away; one of which nobody decides stays, says
-- nothing from its time on, and is written anew by the next claim. Claims write here alone: another version of the
-- account's own row would go into all of its indexes, which lie all over a large disk. No foreign key: accounts are never
-- removed, and whoever writes here holds the account's row.
CREATE TABLE claims (
    account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);

CREATE TABLE people (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    id TEXT COLLATE "C" NOT NULL CHECK (octet_length(id) BETWEEN 1 AND 128),
    role TEXT NOT NULL,
    account_settings TEXT NOT NULL,
    status TEXT NOT NULL,
    last_login_at BIGINT,
    staff_role TEXT,
    name TEXT NOT NULL,
    email TEXT,
    -- Since when the address is refused for good.
    unreachable_since BIGINT,
    -- For search: without case and accents. The address is empty for somebody who has none.
    folded_name TEXT COLLATE "C" NOT NULL,
    folded_email TEXT COLLATE "C" NOT NULL,
    CHECK (email IS NOT NULL OR unreachable_since IS NULL)
);

CREATE INDEX people_by_name ON people (account_id, folded_name, id);
ALTER TABLE people ADD PRIMARY KEY (account_id, id);

-- Checked at the end of a transaction, since an account and its owner come into being together.
ALTER TABLE accounts ADD CONSTRAINT accounts_owner
    FOREIGN KEY (id, owner_id) REFERENCES people (account_id, id) DEFERRABLE INITIALLY DEFERRED;

-- The present policy, in one row. The generation grows whenever another policy becomes the present one.
CREATE TABLE policy (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT NOT NULL,
    generation BIGINT NOT NULL
);

-- Each account's rows are numbered from 1 and linked: every row has the hash of the one before.
CREATE TABLE audit (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT,
    authenticated TEXT NOT NULL,
    action TEXT NOT NULL,
    before TEXT,
    after TEXT,
    reasons TEXT NOT NULL CHECK (json_typeof(reasons::json) = 'array'),
    detail TEXT CHECK (json_typeof(detail::json) = 'object'),
    policy_version TEXT NOT NULL,
    module_sha256 TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (account_id, seq)
);

-- History is only ever added to.
CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit table is append-only' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER audit_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses();

-- Mails on their way, and events that are yet to be addressed: those have no recipient.
CREATE TABLE outbox (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    -- The row of the account's history that the mail tells of; NULL for a mail that tells of none.
    audit_seq BIGINT,
    -- The event that the mail tells of.
    event_id BIGINT REFERENCES outbox (id),
    -- Tells an event from the account's others.
    event_key TEXT,
    to_user TEXT COLLATE "C",
    address TEXT,
    message TEXT NOT NULL CHECK (json_typeof(message::json) = 'object'),
    message_id TEXT NOT NULL UNIQUE,
    queued_at BIGINT NOT NULL,
    trying_since BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    -- Grows with every claim, so that a late settlement is told from the present holder's.
    lease BIGINT NOT NULL DEFAULT 0,
    leased_until BIGINT,
    last_error TEXT,
    settled_at BIGINT,
    FOREIGN KEY (account_id, audit_seq) REFERENCES audit (account_id, seq),
    CHECK ((to_user IS NULL) = (event_key IS NOT NULL)),
    CHECK (to_user IS NULL OR (state = 'unreachable') = (address IS NULL)),
    CHECK ((state = 'pending') = (settled_at IS NULL)),
    CHECK (leased_until IS NULL OR state IN ('pending', 'dropped'))
);

CREATE INDEX outbox_due ON outbox (due_at, id) WHERE state = 'pending';
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_account ON outbox (account_id, id);
CREATE UNIQUE INDEX outbox_events ON outbox (account_id, event_key) WHERE event_key IS NOT NULL;
-- A recipient has an event once, unless it was withdrawn.
CREATE UNIQUE INDEX outbox_event_mails ON outbox (event_id, to_user) WHERE event_id IS NOT NULL AND state <> 'withdrawn';

-- Answers that are given again to the same request.
CREATE TABLE answers (
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    actor TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, actor, key)
);

CREATE INDEX answers_by_age ON answers (at);
