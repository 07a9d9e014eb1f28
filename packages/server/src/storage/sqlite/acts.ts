import { forgetActivity, recordActivity } from './activity-acts.ts';
import { erasePersonal, pruneAuditEvents, recordProvenance } from './audit-acts.ts';
import { rememberDigestKeys } from './key-acts.ts';
import { setPassword, upgradePasswordHash } from './password-acts.ts';
import { settleTry } from './settle-try.ts';
import { endDeadTokens, forgetEndedTokens } from './sweep-acts.ts';
import { endToken, endTokens, issueToken } from './token-acts.ts';
import { forgetTries, giveBackTries, reserveTry, unlockUser } from './try-acts.ts';
import { recordUses } from './use-acts.ts';
import { createFirstUser, createUser, deleteUser, importUser, modifyUser } from './user-acts.ts';

/**
 * Everything the writer can do, by the name of the contract's method. Each is a plain function of the database and
 * its arguments, without waiting: it can't let go of the transaction half-way.
 */
export const acts = {
  createFirstUser,
  createUser,
  importUser,
  modifyUser,
  deleteUser,
  setPassword,
  upgradePasswordHash,
  issueToken,
  endToken,
  endTokens,
  endDeadTokens,
  forgetEndedTokens,
  recordUses,
  rememberDigestKeys,
  reserveTry,
  settleTry,
  unlockUser,
  forgetTries,
  giveBackTries,
  erasePersonal,
  pruneAuditEvents,
  recordProvenance,
  recordActivity,
  forgetActivity,
};

export type ActName = keyof typeof acts;

type WithoutDatabase<P> = P extends [unknown, ...infer Rest] ? Rest : never;

export type ActArguments<N extends ActName> = WithoutDatabase<Parameters<(typeof acts)[N]>>;

export type ActResult<N extends ActName> = ReturnType<(typeof acts)[N]>;

/** One act on its way to the writer. */
export interface ActCall {
  readonly name: ActName;
  readonly args: readonly unknown[];
}
