import { usersAndTokens } from './0001-users-and-tokens.ts';
import { tokenManagement } from './0002-token-management.ts';
import { auditThrottleActivity } from './0003-audit-throttle-activity.ts';
import { movedChains } from './0004-moved-chains.ts';

/**
 * Step n takes a database from schema version n-1 to n, inside one transaction. A step that has been released is
 * never edited: what it should have done is the next step.
 */
export const migrations: readonly string[] = [
  usersAndTokens,
  tokenManagement,
  auditThrottleActivity,
  movedChains,
];
