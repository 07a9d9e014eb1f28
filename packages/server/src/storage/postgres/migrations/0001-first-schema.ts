/**
 * The tables of SQLite's schema, with the same names of columns.
 *
 * What is compared or put in order is text in collation "C": by its bytes, whatever the database's locale is.
 * Triggers write the feed of changes, not the acts: what a person with psql does, or a service of another version, is in
 * it too. They work by statement, so that ten thousand endings cost one insert of ten thousand rows.
 */
export const firstSchema = `
CREATE TABLE users (
  id              text COLLATE "C" NOT NULL PRIMARY KEY,
  email           text    NOT NULL,
  canonical_email text COLLATE "C" NOT NULL CONSTRAINT users_canonical_email_key UNIQUE,
  password_hash   text    NOT NULL,
  created         bigint  NOT NULL,
  expiry          bigint,                         -- NULL: never
  admin           boolean NOT NULL,
  disabled        boolean NOT NULL,
  groups          text    NOT NULL DEFAULT '[]',  -- JSON array of strings
  locked_until    bigint                          -- NULL: open
);

-- "Is there another one?" is asked whenever an administrator loses something.
CREATE INDEX able_administrators ON users (id) WHERE admin AND NOT disabled AND expiry IS NULL;
CREATE INDEX users_by_expiry ON users (expiry) WHERE expiry IS NOT NULL;

CREATE TABLE tokens (
  n       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest  bytea  NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  id      text COLLATE "C" NOT NULL UNIQUE,
  user_id text COLLATE "C" NOT NULL REFERENCES users (id),
  key_id  text COLLATE "C" NOT NULL,
  seal    bytea  NOT NULL,
  name    text,
  created bigint NOT NULL,
  expiry  bigint,
  scopes  text   NOT NULL                         -- separated by spaces, as in RFC 6749
);

CREATE INDEX tokens_of_user ON tokens (user_id, created, id);
CREATE INDEX tokens_by_age ON tokens (created);
CREATE INDEX tokens_by_expiry ON tokens (expiry) WHERE expiry IS NOT NULL;
CREATE INDEX tokens_by_key ON tokens (key_id);

-- One row for each living token, so that "idle since" is one range of one index. Before the first use the time is
-- that of the token, and there is no ip. Apart from tokens, because uses are rewritten all the time.
CREATE TABLE token_uses (
  token      bigint NOT NULL PRIMARY KEY,
  time       bigint NOT NULL,
  ip         text,
  activity   text,
  user_agent text
);

CREATE INDEX token_uses_by_time ON token_uses (time);

-- No digest: nothing here can bring a token back. No reference to users: a tombstone outlives its user.
CREATE TABLE ended_tokens (
  seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         text COLLATE "C" NOT NULL UNIQUE,
  user_id    text COLLATE "C" NOT NULL,
  name       text,
  created    bigint NOT NULL,
  expiry     bigint,
  scopes     text   NOT NULL,
  cause      text   NOT NULL,
  ended      bigint NOT NULL,
  actor      text,
  request_id text
);

CREATE INDEX ended_tokens_of_user ON ended_tokens (user_id, seq);
CREATE INDEX ended_tokens_by_time ON ended_tokens (ended);

CREATE TABLE digest_keys (
  key_id      text COLLATE "C" NOT NULL PRIMARY KEY,
  fingerprint bytea NOT NULL
);

-- A change is of a token or of a user; changes.ts says how it gets its seq. Everything behind the first row is there;
-- that row itself, which says nothing, is where the record begins.
CREATE TABLE changes (
  n        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid      xid8   NOT NULL DEFAULT pg_current_xact_id(),
  seq      bigint UNIQUE,
  time     bigint NOT NULL DEFAULT floor(extract(epoch FROM clock_timestamp()) * 1000),
  token_id text,
  user_id  text
);

CREATE INDEX changes_without_seq ON changes (n) WHERE seq IS NULL;
CREATE INDEX changes_by_xid ON changes (xid);
INSERT INTO changes (seq) VALUES (0);

-- The latest transaction of which a change was removed: the record of transactions begins behind it.
CREATE TABLE changes_removed (xid xid8 NOT NULL);
INSERT INTO changes_removed VALUES ('0');

CREATE TABLE audit_events (
  chain      text COLLATE "C" NOT NULL,
  n          bigint NOT NULL,                     -- 1, 2, 3 … without a gap within a chain
  time       bigint NOT NULL,
  event      text COLLATE "C" NOT NULL,
  subject    text COLLATE "C",
  actor      text COLLATE "C",
  request_id text COLLATE "C",
  details    text   NOT NULL,                     -- JSON
  salt       bytea,                               -- of the personal part, while it is there
  personal   text,                                -- JSON
  digest     bytea,                               -- of the personal part that has been erased
  hash       bytea  NOT NULL,
  PRIMARY KEY (chain, n)
);

CREATE INDEX audit_events_by_time    ON audit_events (time, chain, n);
CREATE INDEX audit_events_by_event   ON audit_events (event, time, chain, n);
CREATE INDEX audit_events_by_subject ON audit_events (subject, time, chain, n) WHERE subject IS NOT NULL;
CREATE INDEX audit_events_by_actor   ON audit_events (actor, time, chain, n) WHERE actor IS NOT NULL;
CREATE INDEX audit_events_by_request ON audit_events (request_id, time, chain, n) WHERE request_id IS NOT NULL;

-- Rewritten by every act that leaves an event.
CREATE TABLE audit_heads (
  chain     text COLLATE "C" NOT NULL PRIMARY KEY,
  n         bigint NOT NULL,
  hash      bytea  NOT NULL,
  time      bigint NOT NULL,
  base_n    bigint NOT NULL,
  base_hash bytea  NOT NULL,
  key_id    text   NOT NULL,
  signature bytea  NOT NULL,
  moved     timestamptz NOT NULL DEFAULT now()    -- by the database's clock: for whoever looks for a chain at rest
) WITH (fillfactor = 50);

-- Copies of heads.
CREATE TABLE audit_checkpoints (
  chain     text COLLATE "C" NOT NULL,
  n         bigint NOT NULL,
  hash      bytea  NOT NULL,
  time      bigint NOT NULL,
  base_n    bigint NOT NULL,
  base_hash bytea  NOT NULL,
  key_id    text   NOT NULL,
  signature bytea  NOT NULL,
  PRIMARY KEY (chain, n)
);

-- Accounts and lanes. What has no row has no failures.
CREATE TABLE try_counters (
  key          bytea   NOT NULL PRIMARY KEY,
  failures     integer NOT NULL,                  -- with those under way
  under_way    integer NOT NULL,
  last         bigint,
  fingerprints bytea   NOT NULL,                  -- of four bytes each, the latest first
  known        bigint,                            -- a lane's last login
  touched      bigint  NOT NULL
);

CREATE INDEX try_counters_by_touch ON try_counters (touched);
CREATE INDEX try_counters_under_way ON try_counters (touched) WHERE under_way > 0;

CREATE TABLE try_sources (
  key     bytea  NOT NULL PRIMARY KEY,
  full_at bigint NOT NULL                         -- when all of its tries are there again
);

CREATE INDEX try_sources_by_time ON try_sources (full_at);

CREATE TABLE activity_counts (
  minute   bigint NOT NULL,
  activity text COLLATE "C" NOT NULL,
  client   text COLLATE "C" NOT NULL,
  user_id  text COLLATE "C" NOT NULL,             -- '': nobody
  outcome  text COLLATE "C" NOT NULL,
  count    bigint NOT NULL,
  total_ms bigint NOT NULL,
  max_ms   bigint NOT NULL,
  PRIMARY KEY (minute, activity, client, user_id, outcome)
);

CREATE INDEX activity_counts_by_activity ON activity_counts (activity, minute);

CREATE TABLE requests (
  n            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_id   text COLLATE "C" NOT NULL,
  time         bigint NOT NULL,
  ms           double precision NOT NULL,
  method       text    NOT NULL,
  route        text    NOT NULL,
  status       integer NOT NULL,
  ip           text    NOT NULL,
  user_id      text COLLATE "C",
  token_id     text,
  activity     text COLLATE "C",
  command_line text,
  user_agent   text,
  original     text,
  trace_id     text
);

CREATE INDEX requests_by_id       ON requests (request_id, time, n);
CREATE INDEX requests_by_time     ON requests (time, n);
CREATE INDEX requests_by_activity ON requests (activity, time, n) WHERE activity IS NOT NULL;
CREATE INDEX requests_of_user     ON requests (user_id) WHERE user_id IS NOT NULL;

CREATE FUNCTION tokens_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO token_uses (token, time) SELECT n, created FROM added;
  RETURN NULL;
END $$;
CREATE TRIGGER tokens_added AFTER INSERT ON tokens REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION tokens_added();

CREATE FUNCTION tokens_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (token_id) SELECT id FROM before ORDER BY n;
  RETURN NULL;
END $$;
CREATE TRIGGER tokens_changed AFTER UPDATE ON tokens REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION tokens_changed();

CREATE FUNCTION tokens_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM token_uses USING removed WHERE token = removed.n;
  INSERT INTO changes (token_id) SELECT id FROM removed ORDER BY n;
  RETURN NULL;
END $$;
CREATE TRIGGER tokens_removed AFTER DELETE ON tokens REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION tokens_removed();

CREATE FUNCTION users_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO changes (user_id) SELECT id FROM before ORDER BY id;
  RETURN NULL;
END $$;
CREATE TRIGGER users_changed AFTER UPDATE ON users REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION users_changed();
CREATE TRIGGER users_removed AFTER DELETE ON users REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION users_changed();

-- See changes.ts. One call is one transaction: no program that stands still can hold its lock.
CREATE FUNCTION number_changes() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  latest   bigint;
  boundary bigint;
  hour_ago bigint;
  gone     xid8;
BEGIN
  PERFORM pg_advisory_xact_lock(${0x47426565}, 4);
  -- Each of the following statements sees what was committed before it began, the last numbers among it.
  SELECT max(seq) INTO latest FROM changes;
  WITH numbered AS (SELECT n, row_number() OVER (ORDER BY n) AS place FROM changes WHERE seq IS NULL)
    UPDATE changes SET seq = latest + place FROM numbered WHERE changes.n = numbered.n;
  -- Removes what is older than an hour, up to the first row that isn't, the last of it excepted: that is where the
  -- record begins then. At most a thousand rows at a time.
  hour_ago := floor(extract(epoch FROM clock_timestamp()) * 1000) - 3600000;
  IF (SELECT time FROM changes WHERE seq IS NOT NULL ORDER BY seq OFFSET 1 LIMIT 1) > hour_ago THEN RETURN; END IF;
  WITH oldest AS (SELECT seq, time FROM changes WHERE seq IS NOT NULL ORDER BY seq LIMIT 1000)
    SELECT max(seq) INTO boundary FROM oldest WHERE seq < coalesce(
      (SELECT min(seq) FROM oldest WHERE seq > 0 AND time > hour_ago), latest);
  WITH removed AS (DELETE FROM changes WHERE seq < boundary RETURNING xid)
    SELECT xid INTO gone FROM removed ORDER BY xid DESC LIMIT 1;
  UPDATE changes_removed SET xid = gone WHERE xid < gone;
END $$;
`;
