import { type Flags, type Restored, readConfig, restoreBackup } from '@guardbee/server';
import type { Io } from '../io.ts';
import { showPart, whyNotMoved } from '../moving-io.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly dataDir?: string;
  readonly afterRestore?: string;
  readonly json?: boolean;
}

/** Puts a backup in the place of this machine's database, and says what that brings back. */
export async function restore({ file, json, ...flags }: RestoreOptions, io: Io): Promise<void> {
  const config = readConfig(io.env, flags satisfies Flags);
  let restored: Restored;
  try {
    restored = await restoreBackup(config, file, { progress: showPart('copying', io) });
  } catch (error) {
    throw whyNotMoved(error);
  } finally {
    io.progress(undefined);
  }
  if (json) io.out(JSON.stringify(asJson(restored, file)));
  else for (const line of asText(restored, file)) io.out(line);
}

function asJson({ users, tokens, lastEvent, time, aside, older, settled }: Restored, file: string) {
  return {
    file,
    users,
    tokens,
    last_event: lastEvent,
    time: time === null ? null : new Date(time).toISOString(),
    kept: aside ?? null,
    older: older === undefined ? null : { chain: older.chain, reached: older.reached, found: older.found },
    settled:
      settled === undefined
        ? null
        : {
            choice: settled.choice,
            tokens_ended: settled.tokensEnded,
            removed_users: settled.removedUsers,
            changed_passwords: settled.changedPasswords,
            changed_emails: settled.changedEmails,
            lost_users: settled.lostUsers,
          },
  };
}

function asText(restored: Restored, file: string): string[] {
  const { users, tokens, lastEvent, time, aside, older, settled } = restored;
  const at = time === null ? '' : ` of ${new Date(time).toISOString()}`;
  return [
    `Restored ${file}: ${users} users, ${tokens} tokens, up to audit event ${lastEvent}${at}.`,
    ...(aside === undefined ? [] : [`The database from before is kept as ${aside}.`]),
    ...(settled === undefined ? whatNext(older) : whatWasDone(settled)),
  ];
}

function whatNext(older: Restored['older']): string[] {
  if (older === undefined) return ['Nothing has happened since that its anchor knows of: start it as ever.'];
  return [
    `It is older than its anchor, which had come to event ${older.reached}. Start the service once with one of`,
    '  --after-restore=replay       takes away again what had been taken away since',
    '  --after-restore=revoke-all   ends all tokens',
  ];
}

function whatWasDone(settled: NonNullable<Restored['settled']>): string[] {
  const { choice, tokensEnded, removedUsers, changedPasswords, changedEmails, lostUsers } = settled;
  const isReplay = choice === 'replay';
  const about = (users: readonly { email: string }[], replayed: string, back: string): string[] =>
    users.length === 0
      ? []
      : [`${isReplay ? replayed : back}: ${users.map(({ email }) => email).join(', ')}.`];
  return [
    `${tokensEnded} tokens were ended.`,
    ...about(removedUsers, 'Removed again', 'Removed since, and back now: remove them again'),
    ...about(
      changedPasswords,
      'Their passwords had been changed since, and are of no use now: give them new ones',
      'Their passwords had been changed since, and the earlier ones count again: give them new ones',
    ),
    ...about(
      changedEmails,
      'Their e-mails had been changed since; they are disabled: correct the e-mail, then enable them',
      'Their e-mails had been changed since, and are the earlier ones again',
    ),
    ...(lostUsers === 0 ? [] : [`${lostUsers} users had been made since, and are lost.`]),
  ];
}
