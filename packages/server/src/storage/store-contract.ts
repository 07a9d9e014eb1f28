import { describe } from 'node:test';
import { examineActivity } from './exam/activity.ts';
import { examineAudit } from './exam/audit.ts';
import { examineAuditChains } from './exam/audit-chains.ts';
import { examineAuditLists } from './exam/audit-lists.ts';
import { examineChanges } from './exam/changes.ts';
import { examineEndings } from './exam/endings.ts';
import { examineLanesAndSources } from './exam/lanes-and-sources.ts';
import { examineLimits } from './exam/limits.ts';
import { examineLocks } from './exam/locks.ts';
import { examinePasswords } from './exam/passwords.ts';
import { examineRaces } from './exam/races.ts';
import type { OpenRoom } from './exam/room.ts';
import { examineSweeps } from './exam/sweeps.ts';
import { examineText } from './exam/text.ts';
import { examineThrottle } from './exam/throttle.ts';
import { examineTokenLists } from './exam/token-lists.ts';
import { examineTokens } from './exam/tokens.ts';
import { examineUsers } from './exam/users.ts';
import { examineUses } from './exam/uses.ts';

/**
 * The exam of the contract in `store.ts`: every implementation sits it, unchanged. `open` answers with a store on an
 * empty database of its own and a way to further stores on the same database; tests run beside each other.
 */
export function examineStore(name: string, open: OpenRoom): void {
  describe(`${name} keeps the store's contract`, { concurrency: 4 }, () => {
    examineUsers(open);
    examinePasswords(open);
    examineTokens(open);
    examineTokenLists(open);
    examineLimits(open);
    examineUses(open);
    examineEndings(open);
    examineSweeps(open);
    examineChanges(open);
    examineText(open);
    examineRaces(open);
    examineThrottle(open);
    examineLanesAndSources(open);
    examineLocks(open);
    examineAudit(open);
    examineAuditChains(open);
    examineAuditLists(open);
    examineActivity(open);
  });
}
