export const usersAndTokens = `
CREATE TABLE users (
  id              TEXT    NOT NULL PRIMARY KEY,
  email           TEXT    NOT NULL,
  canonical_email TEXT    NOT NULL UNIQUE COLLATE BINARY,
  password_hash   TEXT    NOT NULL,
  created         INTEGER NOT NULL,
  expiry          INTEGER,                        -- NULL: never
  admin           INTEGER NOT NULL CHECK (admin IN (0, 1)),
  disabled        INTEGER NOT NULL CHECK (disabled IN (0, 1))
) STRICT;

-- "Is there another one?" is asked whenever an administrator loses something.
CREATE INDEX able_administrators ON users (id) WHERE admin = 1 AND disabled = 0 AND expiry IS NULL;

-- The row hangs on the digest itself, so that a verification is one descent of one B-tree.
CREATE TABLE tokens (
  digest  BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  id      TEXT    NOT NULL UNIQUE,
  user_id TEXT    NOT NULL REFERENCES users (id),
  key_id  TEXT    NOT NULL,
  seal    BLOB    NOT NULL,
  name    TEXT,
  created INTEGER NOT NULL,
  expiry  INTEGER,
  scopes  TEXT    NOT NULL                        -- separated by spaces, as in RFC 6749
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_of_user ON tokens (user_id);

-- No digest: nothing here can bring a token back. No reference to users: a tombstone outlives its user.
-- AUTOINCREMENT never gives a number twice, so seq is the order of the endings for whoever follows them.
CREATE TABLE ended_tokens (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,
  user_id    TEXT    NOT NULL,
  name       TEXT,
  created    INTEGER NOT NULL,
  expiry     INTEGER,
  scopes     TEXT    NOT NULL,
  cause      TEXT    NOT NULL,
  ended      INTEGER NOT NULL,
  actor      TEXT,
  request_id TEXT
) STRICT;

CREATE TABLE digest_keys (
  key_id      TEXT NOT NULL PRIMARY KEY,
  fingerprint BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- How many living tokens lean on each key. An index on tokens (key_id) would answer the same
-- for fifty bytes more per token; triggers keep the number true on every path.
CREATE TABLE living_tokens_of_key (
  key_id TEXT    NOT NULL PRIMARY KEY,
  living INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER token_added AFTER INSERT ON tokens BEGIN
  INSERT INTO living_tokens_of_key (key_id, living) VALUES (NEW.key_id, 1)
    ON CONFLICT (key_id) DO UPDATE SET living = living + 1;
END;

CREATE TRIGGER token_removed AFTER DELETE ON tokens BEGIN
  UPDATE living_tokens_of_key SET living = living - 1 WHERE key_id = OLD.key_id;
END;
`;
