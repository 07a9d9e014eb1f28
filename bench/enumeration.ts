/**
 * `node bench/enumeration.ts [samples]`: can a stranger find out who has an account? Starts a real service with accounts in
 * every state, asks it in random order, and compares each pair of states: status, headers and body must be the same, and
 * the times must not tell them apart (AUC of at most 0.55). 2,000 samples of each state when none are named; the noise
 * of the AUC is then ±0.009. Ends with 1 when a pair can be told apart.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { newHash } from '../packages/server/src/login/new-hash.ts';
import { HASH_PARAMETERS } from '../packages/server/src/login/password.ts';
import { run, serve, temporaryFolder } from '../test/guardbee.ts';
import { auc, aucNoise } from './auc.ts';

const RIGHT = 'velvet anchor mosaic thunder';
const BCRYPT = '$2b$10$abcdefghijklmnopqrstuuV91QMvTz3Qdvoi.KNP2/KHKEAmosNoe';
const PBKDF2 = '$pbkdf2-sha256$i=1000$c2l4dGVlbi1ieXRlLXNsdA$cwnz6LCB+LQ2hyV1wKHdY0ijvaB87vEPdXYFiJjCu5c';
const today = (): string => newHash(RIGHT, HASH_PARAMETERS);
const older = (): string => newHash(RIGHT, { memoryKiB: 12_288, passes: 3, lanes: 1 });

interface State {
  /** Undefined: there is no such account. */
  readonly account: (() => object) | undefined;
  readonly rightPassword?: true;
}

/** States of accounts. Whoever has the right password may be told of an expiry; of all else a stranger learns nothing. */
const STATES = {
  unknown: { account: undefined },
  wrong: { account: () => ({ password_hash: today() }) },
  disabled: { account: () => ({ password_hash: today(), disabled: true }) },
  'disabled, right': { account: () => ({ password_hash: today(), disabled: true }), rightPassword: true },
  expired: { account: () => ({ password_hash: today(), expiry: '2020-01-01T00:00:00Z' }) },
  bcrypt: { account: () => ({ password_hash: BCRYPT }) },
  'older Argon2': { account: () => ({ password_hash: older() }) },
  PBKDF2: { account: () => ({ password_hash: PBKDF2 }) },
} satisfies Record<string, State>;
export type StateName = keyof typeof STATES;

/** Without an account of another kind of hash nothing is held back: the decoy alone must do. */
export const OF_TODAY: readonly StateName[] = ['unknown', 'wrong', 'disabled', 'disabled, right', 'expired'];
export const ALL = Object.keys(STATES) as StateName[];

export interface Pair {
  readonly states: readonly [StateName, StateName];
  /** 0.5 to 1: how well times tell them apart, in whichever direction. */
  readonly auc: number;
}

export interface Told {
  readonly pairs: readonly Pair[];
  /** Milliseconds, the median of each state. */
  readonly medians: ReadonlyMap<StateName, number>;
  /** The different answers there were, but for what differs with each: one, when nothing is told. */
  readonly answers: ReadonlySet<string>;
}

/** So few that the queue in front of the hashes is short: its noise would hide what is looked for. */
const ASKERS = 3;
/** Where answers are held back, most of those who ask wait for a timer and not for a hash. */
const ASKERS_HELD_BACK = 12;
/** So many of each state are asked for first, and don't count. */
const WARM_UP = 3;
const NO_THROTTLE = { GUARDBEE_THROTTLE_ACCOUNT: '1000000', GUARDBEE_THROTTLE_SOURCE: '1000000' };

/** Asks `samples` times for each state, each time for another account, in random order, some at a time. */
export async function tellApart(states: readonly StateName[], samples: number): Promise<Told> {
  using folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const file = join(folder.path, 'accounts.ndjson');
  const lines = states.flatMap((name) => {
    const { account }: State = STATES[name];
    if (account === undefined) return [];
    // One hash for all of a state: making them is slow, and it is no matter here.
    const rest = account();
    return Array.from({ length: samples + WARM_UP }, (_, n) =>
      JSON.stringify({ email: emailOf(name, n), ...rest }),
    );
  });
  writeFileSync(file, lines.join('\n'));
  const imported = await run(['users', 'import', file, '--offline', '--data-dir', data]);
  if (imported.code !== 0) throw new Error(`the accounts could not be made: ${imported.stderr}`);
  const service = await serve(data, NO_THROTTLE);
  try {
    return compare(await ask(service.url, states, samples), states);
  } finally {
    await service.stop();
  }
}

type Samples = ReadonlyMap<StateName, { readonly times: number[]; readonly answers: Set<string> }>;

async function ask(url: string, states: readonly StateName[], samples: number): Promise<Samples> {
  const found: Samples = new Map(states.map((name) => [name, { times: [], answers: new Set() }]));
  const agent = new Agent({ keepAlive: true });
  const tryOne = async (name: StateName, n: number): Promise<void> => {
    const state: State = STATES[name];
    const password = state.rightPassword ? RIGHT : randomBytes(12).toString('base64');
    const { ms, answer } = await login(agent, url, emailOf(name, n), password);
    found.get(name)?.times.push(ms);
    found.get(name)?.answers.add(answer);
  };
  const askers = states.every((name) => OF_TODAY.includes(name)) ? ASKERS : ASKERS_HELD_BACK;
  const askAll = async (first: number, last: number): Promise<void> => {
    const numbers = Array.from({ length: last - first }, (_, n) => first + n);
    const tries = shuffled(states.flatMap((name) => numbers.map((n) => ({ name, n }))));
    const asker = async (): Promise<void> => {
      for (let next = tries.pop(); next !== undefined; next = tries.pop()) await tryOne(next.name, next.n);
    };
    await Promise.all(Array.from({ length: askers }, asker));
  };
  // What has not run yet is slow, for all states.
  await askAll(0, WARM_UP);
  for (const { times } of found.values()) times.length = 0;
  await askAll(WARM_UP, WARM_UP + samples);
  agent.destroy();
  return found;
}

function compare(found: Samples, states: readonly StateName[]): Told {
  const times = (name: StateName): readonly number[] => found.get(name)?.times ?? [];
  const pairs = states.flatMap((first, at) =>
    states.slice(at + 1).map((second): Pair => {
      const value = auc(times(first), times(second));
      return { states: [first, second], auc: Math.max(value, 1 - value) };
    }),
  );
  const middle = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return {
    pairs: pairs.sort((a, b) => b.auc - a.auc),
    medians: new Map(states.map((name) => [name, middle(times(name))])),
    answers: new Set(states.flatMap((name) => [...(found.get(name)?.answers ?? [])])),
  };
}

function login(
  agent: Agent,
  url: string,
  email: string,
  password: string,
): Promise<{ ms: number; answer: string }> {
  const body = JSON.stringify({ email, password_base64: Buffer.from(password).toString('base64') });
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const outgoing = request(`${url}/v4/auth-tokens/`, { method: 'POST', agent }, (reply) => {
      let text = '';
      reply.setEncoding('utf8');
      reply.on('data', (chunk: string) => {
        text += chunk;
      });
      reply.on('end', () =>
        resolve({
          ms: performance.now() - begin,
          answer: JSON.stringify([reply.statusCode, withoutOwn(reply.headers), text]),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.setHeader('content-length', Buffer.byteLength(body));
    outgoing.end(body);
  });
}

/** The headers but for the values that are each request's own. */
function withoutOwn(headers: IncomingHttpHeaders): object {
  return {
    ...headers,
    date: '',
    'x-request-id': '',
    traceparent: headers.traceparent === undefined ? undefined : '',
  };
}

/** All of one length, whoever they are. */
function emailOf(name: StateName, n: number): string {
  return `s${ALL.indexOf(name)}-${String(n).padStart(6, '0')}@example.com`;
}

function shuffled<T>(items: T[]): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [items[at], items[other]] = [items[other] as T, items[at] as T];
  }
  return items;
}

if (import.meta.main) {
  const LIMIT = 0.55;
  const samples = Number(process.argv[2] ?? 2000);
  if (!Number.isInteger(samples) || samples < 10)
    throw new Error('usage: node bench/enumeration.ts [samples]');
  for (const [title, states] of [
    ['Accounts of today only', OF_TODAY],
    ['And accounts with other hashes', ALL],
  ] as const) {
    const { pairs, medians, answers } = await tellApart(states, samples);
    console.log(
      `${title}: ${samples} samples of each state, noise of the AUC ±${aucNoise(samples).toFixed(3)}\n`,
    );
    console.log('| state | median, ms |\n|---|---|');
    for (const [name, median] of medians) console.log(`| ${name} | ${median.toFixed(1)} |`);
    console.log('\n| pair | AUC |\n|---|---|');
    for (const pair of pairs) console.log(`| ${pair.states.join(' / ')} | ${pair.auc.toFixed(3)} |`);
    console.log(`\ndifferent answers: ${answers.size} (1: none)\n`);
    if (answers.size !== 1 || pairs.some((pair) => pair.auc > LIMIT)) process.exitCode = 1;
  }
  console.log(
    process.exitCode === 1 ? 'FAILED: states can be told apart' : 'ok: no state can be told from another',
  );
}
