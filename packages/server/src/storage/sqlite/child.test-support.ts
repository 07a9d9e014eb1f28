import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { act, addUser, examSigner, sampleToken, sampleUser } from '../exam/samples.ts';
import { lockDirectory } from './directory-lock.ts';
import { openSqliteStore } from './sqlite-store.ts';

/**
 * The other process of the tests: `node child.test-support.ts <job> <path>`. It tells what it has done line by line;
 * a job with two parts waits in between for its standard input.
 */
const [job, path = ''] = process.argv.slice(2);

// Synchronous, so that a line is out before anything else happens.
const tell = (line: string): unknown => writeSync(1, `${line}\n`);
const told = (): Promise<void> => new Promise((resolve) => process.stdin.once('data', () => resolve()));

const jobs: Record<string, () => Promise<void>> = {
  async open() {
    const store = await openSqliteStore({ path, signer: examSigner });
    tell('opened');
    await store.close();
  },

  async firstUser() {
    const store = await openSqliteStore({ path, signer: examSigner });
    tell(await store.createFirstUser(sampleUser({ admin: true }), act));
    await store.close();
  },

  async removeAdministrators() {
    const store = await openSqliteStore({ path, signer: examSigner });
    const users = await store.listUsers({ after: '', limit: 1000 });
    tell('ready');
    await told();
    const demote = (id: string) => store.modifyUser(id, { admin: false }, act);
    await Promise.all(users.map(({ id }, n) => (n % 2 === 0 ? store.deleteUser(id, act) : demote(id))));
    tell('done');
    await store.close();
  },

  /** Issues tokens and ends every other one until it is killed; a line says what was acknowledged. */
  async writeForever() {
    const store = await openSqliteStore({ path, signer: examSigner });
    const user = await addUser(store);
    const lane = async (): Promise<never> => {
      for (let n = 0; ; n += 1) {
        const token = sampleToken(user);
        const digest = createHash('sha256').update(token.id).digest();
        await store.issueToken({ ...token, digest }, user.passwordHash, act);
        tell(`issued ${token.id}`);
        if (n % 2 === 0) continue;
        await store.endToken(token.id, 'logout', act);
        tell(`ended ${token.id}`);
      }
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
  },

  async holdWriteLock() {
    const db = new DatabaseSync(path);
    db.exec('BEGIN IMMEDIATE');
    tell('locked');
    await told();
    db.exec('ROLLBACK');
    tell('released');
    db.close();
  },

  async lockDirectory() {
    // Held: what nobody has any more is closed with the garbage.
    const lock = lockDirectory(path);
    tell('locked');
    await told();
    lock.release();
  },
};

// Not at the end: many of these are killed.
flushCompileCache();

try {
  await jobs[job ?? '']?.();
  process.exit(0);
} catch (error) {
  tell(String(error));
  process.exit(1);
}
