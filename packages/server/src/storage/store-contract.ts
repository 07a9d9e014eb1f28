import { describe } from 'node:test';
import { examineEndings } from './exam/endings.ts';
import { examinePasswords } from './exam/passwords.ts';
import { examineRaces } from './exam/races.ts';
import type { OpenRoom } from './exam/room.ts';
import { examineText } from './exam/text.ts';
import { examineTokens } from './exam/tokens.ts';
import { examineUsers } from './exam/users.ts';

export type { ExamRoom } from './exam/room.ts';

/**
 * The exam of the contract in `store.ts`: every implementation sits it, unchanged. `open` answers with a store on an
 * empty database of its own and a way to further stores on the same database; tests run beside each other.
 */
export function examineStore(name: string, open: OpenRoom): void {
  describe(`${name} keeps the store's contract`, { concurrency: 4 }, () => {
    examineUsers(open);
    examinePasswords(open);
    examineTokens(open);
    examineEndings(open);
    examineText(open);
    examineRaces(open);
  });
}
