import { firstSchema } from './0001-first-schema.ts';
import { nodes } from './0002-nodes.ts';

/**
 * Step n takes a database from schema version n-1 to n, inside one transaction. A step that has been released is
 * never edited: what it should have done is the next step. Names of columns stay, and what is added has a default: the
 * version before must be able to go on beside this one.
 */
export const migrations: readonly string[] = [firstSchema, nodes];
