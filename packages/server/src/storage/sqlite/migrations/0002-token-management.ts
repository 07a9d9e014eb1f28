/**
 * Groups, last uses, limits, and a feed of changes.
 *
 * The triggers write the feed, not the acts: what a service of the version before does in a rolling upgrade, or a
 * person with the SQLite shell, is in it too. Names of tables and columns stay, so that such a service goes on.
 */
export const tokenManagement = `
ALTER TABLE users ADD COLUMN groups TEXT NOT NULL DEFAULT '[]';  -- JSON array of strings

CREATE INDEX users_by_expiry ON users (expiry) WHERE expiry IS NOT NULL;

-- From here on the rows hang on a number: each index holds four bytes of it instead of the digest's 32. Together with
-- the four new indexes that is about as much as the two old ones took.
CREATE TABLE numbered_tokens (
  n       INTEGER PRIMARY KEY,
  digest  BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
  id      TEXT    NOT NULL UNIQUE,
  user_id TEXT    NOT NULL REFERENCES users (id),
  key_id  TEXT    NOT NULL,
  seal    BLOB    NOT NULL,
  name    TEXT,
  created INTEGER NOT NULL,
  expiry  INTEGER,
  scopes  TEXT    NOT NULL                        -- separated by spaces, as in RFC 6749
) STRICT;

INSERT INTO numbered_tokens (digest, id, user_id, key_id, seal, name, created, expiry, scopes)
  SELECT digest, id, user_id, key_id, seal, name, created, expiry, scopes FROM tokens ORDER BY created, id;
DROP TABLE tokens;
ALTER TABLE numbered_tokens RENAME TO tokens;

CREATE INDEX tokens_of_user ON tokens (user_id, created);
CREATE INDEX tokens_by_age ON tokens (created);
CREATE INDEX tokens_by_expiry ON tokens (expiry) WHERE expiry IS NOT NULL;

-- One row for each living token, so that "idle since" is one range of one index. Before the first use the time is
-- that of the token, and there is no ip. Apart from tokens, because uses are rewritten all the time.
CREATE TABLE token_uses (
  token      INTEGER PRIMARY KEY,
  time       INTEGER NOT NULL,
  ip         TEXT,
  activity   TEXT,
  user_agent TEXT
) STRICT;

INSERT INTO token_uses (token, time) SELECT n, created FROM tokens;
CREATE INDEX token_uses_by_time ON token_uses (time);

CREATE INDEX ended_tokens_of_user ON ended_tokens (user_id);
CREATE INDEX ended_tokens_by_time ON ended_tokens (ended);

-- A change is of a token or of a user. Everything behind the first row is there; that row itself, which says nothing,
-- is where the record begins.
CREATE TABLE changes (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  time     INTEGER NOT NULL DEFAULT (CAST(round(unixepoch('subsec') * 1000) AS INTEGER)),
  token_id TEXT,
  user_id  TEXT
) STRICT;

INSERT INTO changes (seq) VALUES (0);

CREATE TRIGGER token_added AFTER INSERT ON tokens BEGIN
  INSERT INTO living_tokens_of_key (key_id, living) VALUES (NEW.key_id, 1)
    ON CONFLICT (key_id) DO UPDATE SET living = living + 1;
  INSERT INTO token_uses (token, time) VALUES (NEW.n, NEW.created);
END;

CREATE TRIGGER token_changed AFTER UPDATE ON tokens BEGIN
  INSERT INTO changes (token_id) VALUES (OLD.id);
END;

CREATE TRIGGER token_removed AFTER DELETE ON tokens BEGIN
  UPDATE living_tokens_of_key SET living = living - 1 WHERE key_id = OLD.key_id;
  DELETE FROM token_uses WHERE token = OLD.n;
  INSERT INTO changes (token_id) VALUES (OLD.id);
END;

CREATE TRIGGER user_changed AFTER UPDATE ON users BEGIN
  INSERT INTO changes (user_id) VALUES (NEW.id);
END;

CREATE TRIGGER user_removed AFTER DELETE ON users BEGIN
  INSERT INTO changes (user_id) VALUES (OLD.id);
END;

-- Now and then removes what is older than an hour, up to the first row that isn't, the last of it excepted: that is
-- where the record begins then. At most a thousand rows at a time.
CREATE TRIGGER old_changes_removed AFTER INSERT ON changes WHEN NEW.seq % 128 = 0 BEGIN
  DELETE FROM changes WHERE seq < (
    SELECT max(seq) FROM (SELECT seq FROM changes ORDER BY seq LIMIT 1000)
     WHERE seq < coalesce(
       (SELECT min(seq) FROM (SELECT seq, time FROM changes ORDER BY seq LIMIT 1000)
         WHERE time > NEW.time - 3600000 AND seq > 0),
       NEW.seq));
END;
`;
