import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { TokenFacts } from './principal.ts';
import { Remembered } from './remembered.ts';
import { concerns, type Revocation } from './revocation.ts';

const facts = (tokenId: string, userId: string): TokenFacts => ({
  email: `${userId}@example.com`,
  userId,
  tokenId,
  scopes: ['*'],
  groups: [],
  expires: null,
});

suite('the table of remembered tokens', () => {
  test('the one that was not used for longest makes room', () => {
    const table = new Remembered<TokenFacts>(2);
    table.set('a', facts('1', 'u'));
    table.set('b', facts('2', 'u'));
    table.get('a');
    table.set('c', facts('3', 'v'));
    assert.deepEqual([table.size, table.get('b')], [2, undefined]);
    assert.equal(table.get('a')?.tokenId, '1');
  });

  test('after any course of events it holds nothing that was revoked, and no more than it may', () => {
    const name = fc.constantFrom('1', '2', '3', '4');
    const step = fc.oneof(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), tokenId: name, userId: name }),
      fc.record({
        revoke: fc.oneof(
          fc.record({ tokenId: name }),
          fc.record({ userId: name }),
          fc.constant({ all: true }),
        ),
      }),
    );
    fc.assert(
      fc.property(
        fc.array(
          step as fc.Arbitrary<{ key?: string; tokenId: string; userId: string; revoke?: Revocation }>,
        ),
        (steps) => {
          const table = new Remembered<TokenFacts>(3);
          const model = new Map<string, TokenFacts>();
          for (const { key, tokenId, userId, revoke } of steps) {
            if (revoke !== undefined) {
              table.drop(revoke);
              for (const [at, known] of model) if (concerns(revoke, known)) model.delete(at);
            } else if (key !== undefined) {
              table.set(key, facts(tokenId, userId));
              model.set(key, facts(tokenId, userId));
            }
            assert.ok(table.size <= 3);
            for (const at of ['a', 'b', 'c', 'd', 'e']) {
              const known = table.get(at);
              if (known !== undefined) assert.deepEqual(known, model.get(at));
            }
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
