import assert from 'node:assert/strict';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, machineClock } from '../src/clock.ts';
import { createVerifierBy } from '../src/create-verifier.ts';
import { createVerifier, isVerifierUnavailable, type VerifierOptions } from '../src/index.ts';
import { OWN_TOKEN, PeerService, tokenString } from './peer-service.ts';
import { startProxy } from './proxy.ts';
import { until } from './until.ts';

let peer: PeerService;
let url: string;
let ends: (() => void | Promise<void>)[];
beforeEach(async () => {
  peer = new PeerService();
  url = await peer.listen();
  ends = [];
});
afterEach(async () => {
  for (const end of ends) await end();
  await peer.close();
});

function verifierOf(options: Partial<VerifierOptions> = {}, clock: Clock = machineClock) {
  const verifier = createVerifierBy(clock, { url, token: OWN_TOKEN, ...options });
  ends.push(() => verifier.close());
  return verifier;
}

/** One with a cache whose stream has had its first heartbeat. */
async function following(options: Partial<VerifierOptions> = {}, clock?: Clock) {
  const verifier = verifierOf({ cache: true, ...options }, clock);
  const token = peer.issue({ sub: 'somebody else' });
  await until('answers are remembered', async () => {
    const before = peer.introspections().length;
    await verifier.verify(token);
    await verifier.verify(token);
    return peer.introspections().length === before + 1 || peer.introspections().length === before;
  });
  return verifier;
}

/** How many questions a piece of work costs. */
async function questions(work: () => Promise<unknown>): Promise<number> {
  const before = peer.introspections().length;
  await work();
  return peer.introspections().length - before;
}

const unavailable = (message: RegExp) => (error: unknown) => {
  assert.ok(isVerifierUnavailable(error), String(error));
  assert.match(error.message, message);
  assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`, /guardbee_/);
  return true;
};

suite('asking online', () => {
  test('a living token gives its principal, frozen', async () => {
    const token = peer.issue({ scope: 'orders:read orders:write', expires: 4_102_444_800_000 });
    const principal = await verifierOf().verify(token);
    assert.deepEqual(principal, {
      email: 'jane@example.com',
      userId: 'u1',
      tokenId: principal?.tokenId,
      scopes: ['orders:read', 'orders:write'],
      groups: ['staff'],
      expires: new Date('2100-01-01T00:00:00Z'),
    });
    assert.match(principal?.tokenId ?? '', /^t_/);
    assert.ok(
      Object.isFrozen(principal) && Object.isFrozen(principal?.scopes) && Object.isFrozen(principal?.groups),
    );
  });

  test('every verification is a question, and a logout counts at once', async () => {
    const verifier = verifierOf();
    const token = peer.issue();
    const asked = await questions(async () => {
      for (let i = 0; i < 3; i += 1) assert.ok(await verifier.verify(token));
    });
    assert.equal(asked, 3);
    peer.revoke(token);
    assert.equal(await verifier.verify(token), undefined);
  });

  test('an unknown token is no principal; junk is not worth a question', async () => {
    const verifier = verifierOf();
    assert.equal(
      await questions(async () => assert.equal(await verifier.verify(tokenString()), undefined)),
      1,
    );
    const junk = ['', 'undefined', 'x'.repeat(58), tokenString().slice(0, -1), `${tokenString()} `];
    for (const text of [...junk, undefined as never, 1 as never]) {
      assert.equal(await questions(async () => assert.equal(await verifier.verify(text), undefined)), 0);
    }
  });

  test('request id and activity go along when they are fit to', async () => {
    const verifier = verifierOf();
    const token = peer.issue();
    await verifier.verify(token, { requestId: 'abc-1', activity: 'list clusters' });
    await verifier.verify(token, { requestId: 'a b', activity: 'a\r\nx: y' });
    await verifier.verify(token, { requestId: undefined, activity: 'ä' });
    const seen = peer
      .introspections()
      .map(({ headers }) => [headers['x-request-id'], headers['x-giant-swarm-activity']]);
    assert.deepEqual(seen, [
      ['abc-1', 'list clusters'],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('whatever is neither yes nor no is not told from guessing', async () => {
    const verifier = verifierOf({ timeout: 200 });
    const token = peer.issue();
    for (const [introspection, message] of [
      ['hang', /did not answer in time/],
      ['cut', /could not be asked/],
      ['garbage', /could not be read/],
      ['huge', /could not be asked \(too long\)/],
      [500, /answered 500/],
      [302, /answered 302/],
      [204, /answered 204/],
      [401, /verifier's own token/],
    ] as const) {
      peer.behave({ introspection });
      await assert.rejects(verifier.verify(token), unavailable(message), String(introspection));
    }
    peer.behave({ introspection: 'right' });
    assert.ok(await verifier.verify(token));
  });

  test('nobody there, wrong own token, closed', async () => {
    await assert.rejects(
      verifierOf({ url: 'http://127.0.0.1:9' }).verify(peer.issue()),
      unavailable(/ECONNREFUSED/),
    );
    await assert.rejects(verifierOf({ token: tokenString() }).verify(peer.issue()), unavailable(/own token/));
    const verifier = verifierOf();
    verifier.close();
    await assert.rejects(verifier.verify(peer.issue()), unavailable(/closed/));
  });

  test('closing ends what is on its way', async () => {
    peer.behave({ introspection: 'hang' });
    const verifier = verifierOf({ maxInFlight: 1 });
    const asked = [verifier.verify(peer.issue()), verifier.verify(peer.issue())];
    await until('one is on its way', () => peer.introspections().length === 1);
    verifier.close();
    for (const one of asked) await assert.rejects(one, unavailable(/./));
  });

  test('its own token may come from a function, each time', async () => {
    let calls = 0;
    const verifier = verifierOf({ token: async () => (calls++ > 0 ? OWN_TOKEN : tokenString()) });
    await assert.rejects(verifier.verify(peer.issue()), unavailable(/own token/));
    assert.ok(await verifier.verify(peer.issue()));
    const failing = verifierOf({ token: () => Promise.reject(new Error('vault is sealed')) });
    await assert.rejects(failing.verify(peer.issue()), unavailable(/failed/));
    await assert.rejects(verifierOf({ token: () => '' }).verify(peer.issue()), unavailable(/something else/));
    const hanging = verifierOf({ token: () => new Promise<never>(() => {}), timeout: 100 });
    await assert.rejects(hanging.verify(peer.issue()), unavailable(/took too long/));
  });

  test('a connection that was closed while it rested costs nothing', async () => {
    const verifier = verifierOf();
    const token = peer.issue();
    await verifier.verify(token);
    peer.closeIdleConnections();
    assert.ok(await verifier.verify(token));
  });
});

suite('many at once', () => {
  test('only so many are on their way, and each within its time', async () => {
    peer.behave({ answerAfter: 40 });
    const verifier = verifierOf({ maxInFlight: 4, timeout: 5_000 });
    const tokens = Array.from({ length: 20 }, () => peer.issue());
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, peer.open());
    }, 1);
    await Promise.all(tokens.map(async (token) => assert.ok(await verifier.verify(token))));
    clearInterval(timer);
    assert.ok(most > 0 && most <= 4, `${most}`);
  });

  test('who waits too long is told so', async () => {
    peer.behave({ introspection: 'hang' });
    const verifier = verifierOf({ maxInFlight: 2, timeout: 200 });
    const asked = Array.from({ length: 50 }, () => verifier.verify(peer.issue()));
    for (const one of await Promise.allSettled(asked))
      assert.ok(isVerifierUnavailable(one.status === 'rejected' && one.reason));
    assert.ok(peer.introspections().length <= 4, 'the others did not get their turn');
  });

  test('a question is shared while it waits, and never once it has been put', async () => {
    peer.behave({ answerAfter: 300 });
    const verifier = verifierOf({ maxInFlight: 2 });
    const token = peer.issue();
    const first = verifier.verify(token);
    await until('it has been put', () => peer.introspections().length === 1);
    peer.revoke(token);
    assert.equal(await verifier.verify(token), undefined, 'the logout was done before this was asked');
    assert.ok(await first, 'this one was asked before');

    const hot = peer.issue();
    const asked = await questions(() => Promise.all(Array.from({ length: 100 }, () => verifier.verify(hot))));
    assert.ok(asked <= 3, `${asked} questions`);
  });
});

suite('with a cache', () => {
  test('a known token costs no question; each principal is its own', async () => {
    const verifier = await following();
    const token = peer.issue({ expires: 4_102_444_800_000 });
    const first = await verifier.verify(token);
    first?.expires?.setTime(0);
    assert.equal(await questions(async () => assert.ok(await verifier.verify(token))), 0);
    assert.equal((await verifier.verify(token))?.expires?.getUTCFullYear(), 2100);
  });

  test('a revocation is followed: of a token, of a user, of all, of what we don’t know', async () => {
    const verifier = await following();
    for (const event of [undefined, { user: 'u1' }, { all: true }, { somethingNew: 1 }]) {
      const token = peer.issue();
      const other = peer.issue({ sub: 'u2' });
      await verifier.verify(token);
      await verifier.verify(other);
      if (event === undefined) peer.revoke(token);
      else peer.publish(event);
      await sleep(100);
      const concerned = await questions(() => verifier.verify(token));
      const unconcerned = await questions(() => verifier.verify(other));
      const isForAll = event !== undefined && event.user === undefined;
      assert.deepEqual([concerned, unconcerned], [1, isForAll ? 1 : 0], JSON.stringify(event));
    }
  });

  test('a no is never remembered', async () => {
    const verifier = await following();
    const token = tokenString();
    assert.equal(await questions(() => verifier.verify(token)), 1);
    assert.equal(await questions(() => verifier.verify(token)), 1);
  });

  test('an answer that a revocation overtook is asked for again, and not kept', async () => {
    const verifier = await following();
    for (const revoke of [(token: string) => peer.revoke(token), () => peer.revokeUser('u1')]) {
      const token = peer.issue();
      peer.behave({ answerAfter: 150 });
      const asked = verifier.verify(token);
      await sleep(75);
      revoke(token);
      assert.equal(await asked, undefined);
      peer.behave({ answerAfter: 0 });
      assert.equal(await verifier.verify(token), undefined);
    }
  });

  test('an answer from before the stream can be trusted is not kept', async () => {
    peer.behave({ silentStreams: true, answerAfter: 200 });
    const verifier = verifierOf({ cache: true });
    const token = peer.issue();
    const asked = verifier.verify(token);
    await until('it has been asked', () => peer.introspections().length === 1 && peer.streams() === 1);
    peer.behave({ silentStreams: false });
    assert.ok(await asked);
    assert.equal(await questions(() => verifier.verify(token)), 1);
    assert.equal(await questions(() => verifier.verify(token)), 0);
  });

  test('a stream that was cut resumes, and brings what was missed', async () => {
    const verifier = await following();
    const [ended, living] = [peer.issue(), peer.issue({ sub: 'u2' })];
    await verifier.verify(ended);
    await verifier.verify(living);
    peer.cutStreams();
    peer.revoke(ended);
    await until('it has come back', () => peer.streams() === 1);
    await sleep(150);
    assert.equal(await verifier.verify(ended), undefined);
    assert.equal(await questions(() => verifier.verify(living)), 0);
  });

  for (const unknownCursor of ['all', 'refuse'] as const) {
    test(`a gap that can’t be resumed (${unknownCursor}) leaves nothing remembered`, async () => {
      const verifier = await following();
      const token = peer.issue();
      await verifier.verify(token);
      peer.behave({ unknownCursor });
      peer.loseMemory();
      await until('it has come back', () => peer.streams() === 1);
      await sleep(150);
      assert.equal(await questions(() => verifier.verify(token)), 1);
      assert.equal(await questions(() => verifier.verify(token)), 0);
    });
  }

  test('at the instant of a token’s expiry the service is asked', async () => {
    const verifier = await following();
    const expires = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
    const token = peer.issue({ expires });
    assert.ok(await verifier.verify(token));
    assert.equal(await questions(() => verifier.verify(token)), 0);
    while (Date.now() < expires + 50) {
      const before = Date.now();
      const principal = await verifier.verify(token);
      assert.ok(principal === undefined || before < expires, 'accepted after its expiry');
      await sleep(1);
    }
    assert.equal(await verifier.verify(token), undefined);
  });

  test('by the service’s clock, when this machine’s is slow', async () => {
    const slow = { monotonic: machineClock.monotonic, wall: () => Date.now() - 3_600_000 };
    const verifier = await following({}, slow);
    const expires = Math.ceil(Date.now() / 1_000) * 1_000 + 1_000;
    const token = peer.issue({ expires });
    assert.ok(await verifier.verify(token));
    assert.equal(await questions(() => verifier.verify(token)), 0);
    await sleep(expires - Date.now());
    assert.equal(await verifier.verify(token), undefined);
  });

  test('after this machine has slept, nothing is trusted until the stream has spoken', async () => {
    let slept = 0;
    const verifier = await following(
      {},
      { monotonic: machineClock.monotonic, wall: () => Date.now() + slept },
    );
    const token = peer.issue();
    await verifier.verify(token);
    peer.behave({ silentStreams: true });
    slept = 60_000;
    assert.equal(await questions(() => verifier.verify(token)), 1);
    peer.behave({ silentStreams: false });
    await until('it is trusted again', async () => (await questions(() => verifier.verify(token))) === 0);
  });

  test('an answer is used for a minute at most', async () => {
    let ahead = 0;
    const clock = { monotonic: () => performance.now() + ahead, wall: () => Date.now() + ahead };
    const verifier = await following({}, clock);
    const token = peer.issue();
    await verifier.verify(token);
    ahead = 61_000;
    await until('the stream is fresh again', async () => {
      const other = peer.issue();
      await verifier.verify(other);
      return (await questions(() => verifier.verify(other))) === 0;
    });
    assert.equal(await questions(() => verifier.verify(token)), 1);
  });

  test('a frozen stream is given up and opened anew', async () => {
    const proxy = await startProxy(url);
    ends.push(() => proxy[Symbol.asyncDispose]());
    const warnings: string[] = [];
    const verifier = await following({
      url: proxy.url,
      maxStale: 300,
      onWarning: ({ message }) => warnings.push(message),
    });
    proxy.weather.frozen = true;
    await until('it has been noticed', () => warnings.length > 0);
    assert.match(warnings.join(), /nothing was heard for 3000 ms/);
    proxy.weather.frozen = false;
    const token = peer.issue();
    await until('answers are remembered again', async () => {
      await verifier.verify(token);
      return (await questions(() => verifier.verify(token))) === 0;
    });
  });

  test('a stream is replaced in time, without a moment of distrust', async () => {
    const verifier = await following({ maxStale: 300 });
    // renewed every 9 s
    const opened = () => peer.asked.filter(({ path }) => path === '/v4/revocations/').length;
    const before = opened();
    const token = peer.issue();
    await verifier.verify(token);
    await until('it has been replaced', () => opened() === before + 1 && peer.streams() === 1);
    assert.equal(await questions(() => verifier.verify(token)), 0);
  });

  test('it holds no more than it may', async () => {
    const verifier = await following({ cache: { maxEntries: 2 } });
    const tokens = [peer.issue(), peer.issue(), peer.issue()];
    for (const token of tokens) await verifier.verify(token);
    assert.equal(await questions(() => verifier.verify(tokens[2] as string)), 0);
    assert.equal(await questions(() => verifier.verify(tokens[0] as string)), 1);
  });

  test('a service without a stream is asked each time, and warned about', async () => {
    const warnings: string[] = [];
    const verifier = verifierOf({
      cache: true,
      token: tokenString(),
      onWarning: ({ message }) => warnings.push(message),
    });
    await until('there is a warning', () => warnings.length > 0);
    assert.match(warnings[0] ?? '', /answered 401/);
    assert.doesNotMatch(warnings.join(), /guardbee_/);
    await assert.rejects(verifier.verify(peer.issue()), unavailable(/own token/));
  });
});

suite('options', () => {
  test('wrong ones are refused at once, in words, and without the token', () => {
    const right = { url, token: OWN_TOKEN };
    for (const [change, message] of [
      [{ url: undefined }, /url must be a URL/],
      [{ url: 'login.example.com' }, /url must be/],
      [{ url: 'ftp://login.example.com' }, /http/],
      [{ url: 'https://user:pw@login.example.com' }, /credentials/],
      [{ url: 'https://login.example.com/v4' }, /end after the host/],
      [{ token: '' }, /token must be/],
      [{ token: `${OWN_TOKEN}\n` }, /token must be/],
      [{ cache: 'yes' }, /cache: the options must be an object/],
      [{ cache: { max: 1 } }, /no option 'max'/],
      [{ cache: { maxEntries: 0 } }, /maxEntries must be/],
      [{ maxStale: 299 }, /maxStale must be a whole number from 300 to 10000/],
      [{ maxStale: Number.NaN }, /maxStale/],
      [{ maxStale: '1000' }, /maxStale/],
      [{ maxstale: 1000 }, /no option 'maxstale'/],
      [{ timeout: 0 }, /timeout/],
      [{ maxInFlight: 1.5 }, /maxInFlight/],
      [{ onWarning: true }, /onWarning/],
    ] as [object, RegExp][]) {
      assert.throws(
        () => createVerifier({ ...right, ...change } as VerifierOptions),
        (error) =>
          error instanceof TypeError && message.test(error.message) && !/guardbee_/.test(error.message),
        JSON.stringify(change),
      );
    }
    assert.throws(() => createVerifier(undefined as never), TypeError);
  });
});
