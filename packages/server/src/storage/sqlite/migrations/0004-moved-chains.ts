/**
 * Audit chains that were begun elsewhere, on PostgreSQL, and came here with the rest. Their events lie in the same table,
 * each chain in a range of numbers of its own: see `chain-rows.ts`. A service of the version before goes on beside this one,
 * and shows those events under numbers that nobody has given.
 */
export const movedChains = `
CREATE TABLE audit_chains (
  k     INTEGER PRIMARY KEY,                                -- 1, 2, 3 …; this database's own chain is 0, without a row
  chain TEXT    NOT NULL UNIQUE
) STRICT;
`;
