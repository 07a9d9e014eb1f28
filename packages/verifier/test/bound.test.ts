import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVerifier, isVerifierUnavailable, type Verifier } from '../src/index.ts';
import { insist, type Outcome } from './insist.ts';
import { forkPeerService, OWN_TOKEN, PeerService } from './peer-service.ts';
import { startProxy } from './proxy.ts';
import { until } from './until.ts';

const MAX_STALE = 500;
/** What a busy machine may add between the decision and the moment we look at the clock, in ms. */
const SCHEDULING = 100;
const TRIALS = 3;
const figures: string[] = [];

async function outcomeOf(verifier: Verifier, token: string): Promise<Outcome> {
  try {
    return (await verifier.verify(token)) === undefined ? 'refused' : 'accepted';
  } catch (error) {
    if (isVerifierUnavailable(error)) return 'unavailable';
    throw error;
  }
}

type Peer = { issue(): string | Promise<string>; revoke(token: string): void | Promise<void> };
type Proxy = Awaited<ReturnType<typeof startProxy>>;

async function measure(
  peer: Peer,
  proxy: Proxy,
  disturb: () => void | Promise<void>,
  { afterwards = () => {}, before = () => {} }: { afterwards?: () => void; before?: () => void } = {},
): Promise<ReturnType<typeof insist>['seen'] & { bound: number }> {
  before();
  const verifier = createVerifier({
    url: proxy.url,
    token: OWN_TOKEN,
    cache: true,
    maxStale: MAX_STALE,
    timeout: 300,
  });
  const token = await peer.issue();
  const insistent = insist(() => outcomeOf(verifier, token));
  try {
    await sleep(400);
    await until('the token was accepted often', () => insistent.seen.accepted > 10);
    await disturb();
    await peer.revoke(token);
    const loggedOut = performance.now();
    afterwards();
    await sleep(MAX_STALE * 4);
    return { ...insistent.seen, bound: Math.max(0, insistent.seen.lastAccept - loggedOut) };
  } finally {
    await insistent.stop();
    verifier.close();
  }
}

suite(`with a cache, nothing is accepted later than maxStale (${MAX_STALE} ms) after its logout was answered`, {
  concurrency: true,
}, () => {
  after(() =>
    console.log(`largest time from a logout's answer to the last acceptance: ${figures.join(', ')}`),
  );

  const repeated = (name: string, trial: () => Promise<number>) =>
    test(name, async () => {
      let largest = 0;
      for (let i = 0; i < TRIALS; i += 1) largest = Math.max(largest, await trial());
      figures.push(`${name} ${largest.toFixed(0)} ms`);
      assert.ok(largest <= MAX_STALE + SCHEDULING, `accepted ${largest.toFixed(0)} ms after the logout`);
    });

  const withPeer = async (
    run: (peer: PeerService, proxy: Proxy) => Promise<{ bound: number; refused: number }>,
  ): Promise<number> => {
    const peer = new PeerService();
    const proxy = await startProxy(await peer.listen());
    try {
      const { bound, refused } = await run(peer, proxy);
      assert.ok(refused > 0, 'the token was refused at last');
      return bound;
    } finally {
      await proxy[Symbol.asyncDispose]();
      await peer.close();
    }
  };

  repeated('stream in order', () => withPeer((peer, proxy) => measure(peer, proxy, () => {})));

  repeated('stream cut, and not let in again', () =>
    withPeer((peer, proxy) =>
      measure(peer, proxy, () => {
        proxy.weather.refuse = true;
        proxy.cutStreams();
      }),
    ),
  );

  repeated('stream cut, then open and silent', () =>
    withPeer((peer, proxy) =>
      measure(
        peer,
        proxy,
        async () => {
          peer.behave({ silentStreams: true });
          proxy.weather.refuse = true;
          proxy.cutStreams();
          await until('the stream is gone', () => peer.streams() === 0);
        },
        {
          // In time, or it is stale already, and the service says no to what is asked online.
          afterwards: () => {
            setTimeout(() => {
              proxy.weather.refuse = false;
            }, 110);
          },
        },
      ),
    ),
  );

  repeated('stream frozen', () =>
    withPeer((peer, proxy) =>
      measure(peer, proxy, () => {
        proxy.weather.frozen = true;
      }),
    ),
  );

  repeated('stream delayed by four times maxStale', () =>
    withPeer((peer, proxy) =>
      measure(peer, proxy, () => sleep(4.5 * MAX_STALE), {
        before: () => {
          proxy.weather.delay = 4 * MAX_STALE;
        },
      }),
    ),
  );

  repeated('stream delayed from now on', () =>
    withPeer((peer, proxy) =>
      measure(peer, proxy, () => {
        proxy.weather.delay = 4 * MAX_STALE;
      }),
    ),
  );

  repeated('stream frozen, service stopped (SIGSTOP)', async () => {
    await using peer = await forkPeerService();
    await using proxy = await startProxy(peer.url);
    const seen = await measure(
      peer,
      proxy,
      () => {
        proxy.weather.frozen = true;
      },
      { afterwards: () => peer.freeze() },
    );
    assert.equal(seen.refused, 0, 'nobody was there to say no');
    assert.ok(seen.unavailable > 0, 'the verifier said that it can’t tell');
    peer.thaw();
    return seen.bound;
  });
});
