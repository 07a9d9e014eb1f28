/**
 * The chain of audit events, counters of failed passwords, and what requests were for.
 *
 * A service of the version before goes on beside this one: it knows none of these tables, and leaves no events.
 */
export const auditThrottleActivity = `
ALTER TABLE users ADD COLUMN locked_until INTEGER;          -- NULL: open

-- The names of events, the ids of users and the names of fields come up again and again: in an event they are numbers
-- of one to three bytes.
CREATE TABLE audit_words (
  n    INTEGER PRIMARY KEY,
  word TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE audit_events (
  n          INTEGER PRIMARY KEY,                           -- 1, 2, 3 … without a gap
  time       INTEGER NOT NULL,
  event      INTEGER NOT NULL,                              -- of audit_words, as subject and actor
  subject    INTEGER,
  actor      INTEGER,
  request_id ANY,                                           -- a UUID as its 16 bytes, all else as text
  fields     INTEGER NOT NULL,                              -- JSON: two lists of names, of details and of personal
  details    TEXT,                                          -- JSON: the values to the first list; NULL: none
  salt       BLOB,                                          -- of the personal part, while it is there
  personal   TEXT,                                          -- JSON: the values to the second list
  digest     BLOB,                                          -- of the personal part that has been erased
  hash       BLOB    NOT NULL
) STRICT;

CREATE INDEX audit_events_by_time    ON audit_events (time);
CREATE INDEX audit_events_by_event   ON audit_events (event, time);
CREATE INDEX audit_events_by_subject ON audit_events (subject, time) WHERE subject IS NOT NULL;
CREATE INDEX audit_events_by_actor   ON audit_events (actor, time) WHERE actor IS NOT NULL;
CREATE INDEX audit_events_by_request ON audit_events (request_id, time) WHERE request_id IS NOT NULL;

CREATE TABLE audit_heads (
  chain     TEXT    NOT NULL PRIMARY KEY,
  n         INTEGER NOT NULL,
  hash      BLOB    NOT NULL,
  time      INTEGER NOT NULL,
  base_n    INTEGER NOT NULL,
  base_hash BLOB    NOT NULL,
  key_id    TEXT    NOT NULL,
  signature BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- Copies of heads.
CREATE TABLE audit_checkpoints (
  chain     TEXT    NOT NULL,
  n         INTEGER NOT NULL,
  hash      BLOB    NOT NULL,
  time      INTEGER NOT NULL,
  base_n    INTEGER NOT NULL,
  base_hash BLOB    NOT NULL,
  key_id    TEXT    NOT NULL,
  signature BLOB    NOT NULL,
  PRIMARY KEY (chain, n)
) STRICT, WITHOUT ROWID;

-- Accounts and lanes. What has no row has no failures.
CREATE TABLE try_counters (
  key          BLOB    NOT NULL PRIMARY KEY,
  failures     INTEGER NOT NULL,                            -- with those under way
  under_way    INTEGER NOT NULL,
  last         INTEGER,
  fingerprints BLOB    NOT NULL,                            -- of four bytes each, the latest first
  known        INTEGER,                                     -- a lane's last login
  touched      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX try_counters_by_touch ON try_counters (touched);
CREATE INDEX try_counters_under_way ON try_counters (touched) WHERE under_way > 0;

CREATE TABLE try_sources (
  key     BLOB    NOT NULL PRIMARY KEY,
  full_at INTEGER NOT NULL                                  -- when all of its tries are there again
) STRICT, WITHOUT ROWID;

CREATE INDEX try_sources_by_time ON try_sources (full_at);

CREATE TABLE activity_counts (
  minute   INTEGER NOT NULL,
  activity TEXT    NOT NULL,
  client   TEXT    NOT NULL,
  user_id  TEXT    NOT NULL,                                -- '': nobody
  outcome  TEXT    NOT NULL,
  count    INTEGER NOT NULL,
  total_ms INTEGER NOT NULL,
  max_ms   INTEGER NOT NULL,
  PRIMARY KEY (minute, activity, client, user_id, outcome)
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_counts_by_activity ON activity_counts (activity);

CREATE TABLE requests (
  n            INTEGER PRIMARY KEY,
  request_id   TEXT    NOT NULL,
  time         INTEGER NOT NULL,
  ms           REAL    NOT NULL,
  method       TEXT    NOT NULL,
  route        TEXT    NOT NULL,
  status       INTEGER NOT NULL,
  ip           TEXT    NOT NULL,
  user_id      TEXT,
  token_id     TEXT,
  activity     TEXT,
  command_line TEXT,
  user_agent   TEXT,
  original     TEXT,
  trace_id     TEXT
) STRICT;

CREATE INDEX requests_by_id       ON requests (request_id, time);
CREATE INDEX requests_by_time     ON requests (time);
CREATE INDEX requests_by_activity ON requests (activity, time) WHERE activity IS NOT NULL;
CREATE INDEX requests_of_user     ON requests (user_id) WHERE user_id IS NOT NULL;
`;
