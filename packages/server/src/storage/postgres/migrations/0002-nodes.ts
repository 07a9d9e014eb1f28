/**
 * Who answers from memory: see `docs/revocation.md`. Every look at the changes rewrites the node's row, which is kept
 * small and apart from any index for that.
 */
export const nodes = `
CREATE TABLE nodes (
  id         text COLLATE "C" NOT NULL PRIMARY KEY,
  name       text        NOT NULL,                -- for people
  lease_ms   integer     NOT NULL,
  beat       bigint      NOT NULL DEFAULT 0,      -- looks so far
  applied    pg_snapshot,                         -- everything visible in it has been taken in; NULL: nothing yet
  registered timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen       timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
`;
