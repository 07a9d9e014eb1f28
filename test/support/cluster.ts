import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { auditSigner } from '../../packages/server/src/audit/signing-key.ts';
import { systemClock } from '../../packages/server/src/clock.ts';
import { openPostgresStore } from '../../packages/server/src/storage/postgres/postgres-store.ts';
import {
  type PostgresServer,
  startPostgres,
} from '../../packages/server/src/storage/postgres/server.test-support.ts';
import { loadDigestKeys } from '../../packages/server/src/tokens/digest-keys.ts';
import { issueToken } from '../../packages/server/src/tokens/issue.ts';
import { ADMIN, base64, type RunningService, serve, temporaryFolder } from '../guardbee.ts';
import { type Call, History } from './history.ts';
import { openWay, type Way } from './way.ts';

/** A node as it is started by people, with its own way to the database. */
export interface ClusterNode {
  readonly name: string;
  readonly way: Way;
  service: RunningService;
  readonly agent: Agent;
  /** Starts it again after it ended. */
  restart(): Promise<void>;
}

/** Several nodes on one PostgreSQL, and the one client that calls them and writes down what it sees. */
export interface Cluster {
  readonly server: PostgresServer;
  readonly database: string;
  readonly nodes: readonly ClusterNode[];
  readonly history: History;
  /** A new token, made without the cost of a login. */
  mint(): Promise<string>;
  /** A new token as people get theirs. */
  logIn(node: ClusterNode): Promise<string | undefined>;
  verify(node: ClusterNode, token: string): Promise<Call>;
  logOut(node: ClusterNode, token: string): Promise<Call>;
  /** See `History.lastAccepts`, of the tokens made since it was asked before. */
  lastAccepts(): Promise<number[]>;
  close(): Promise<void>;
}

export interface ClusterOptions {
  /** The command to start, instead of the checkout's own: for what the harness must catch. */
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly size?: number;
}

export async function startCluster({ command, env = {}, size = 3 }: ClusterOptions = {}): Promise<Cluster> {
  const folder = temporaryFolder();
  const server = await startPostgres({ fsync: true });
  const database = 'cluster';
  await server.sql('postgres', `CREATE DATABASE ${database}`);
  const keysDir = join(folder.path, 'keys');
  const startNode = async (name: string): Promise<ClusterNode> => {
    const way = await openWay(server.port);
    const url = server.url(database).replace(`:${server.port}/`, `:${way.port}/`);
    const start = () =>
      serve(
        join(folder.path, name),
        { GUARDBEE_LOG_LEVEL: 'warn', GUARDBEE_DATABASE_URL: url, GUARDBEE_KEYS_DIR: keysDir, ...env },
        [],
        command,
      );
    const node: ClusterNode = {
      name,
      way,
      service: await start(),
      agent: new Agent({ keepAlive: true, maxSockets: 64 }),
      async restart() {
        node.service = await start();
      },
    };
    return node;
  };
  const names = [...'abcdef'].slice(0, size);
  // The first one makes the keys and the schema.
  const nodes = [await startNode(names[0] ?? 'a')];
  nodes.push(...(await Promise.all(names.slice(1).map(startNode))));

  const { keys: digestKeys } = loadDigestKeys(keysDir);
  const store = await openPostgresStore({ url: server.url(database), signer: auditSigner(digestKeys) });
  const ids = new Map<string, string>();
  const history = new History();
  const user = await store.findUserByEmail(ADMIN.email);
  if (user === undefined) throw new Error('the first start made an administrator');

  return {
    server,
    database,
    nodes,
    history,
    async mint() {
      const parts = {
        store,
        digestKeys,
        clock: systemClock(),
        policy: { maxAge: null, idleTimeout: null },
        tokenLimit: undefined,
        sweep: async () => {},
      };
      const issued = await issueToken(parts, user, {}, { requestId: null });
      if (typeof issued === 'string') throw new Error(issued);
      ids.set(issued.token.id, issued.tokenString);
      return issued.tokenString;
    },
    async lastAccepts() {
      const rows = await server.sql(
        database,
        'SELECT token_id, time FROM changes WHERE token_id IS NOT NULL',
      );
      const ends = rows.map((row): [string, number] => [
        ids.get(String(row.token_id)) ?? '',
        Number(row.time) - performance.timeOrigin,
      ]);
      ids.clear();
      return history.lastAccepts(new Map(ends));
    },
    logIn,
    verify: (node, token) =>
      history.record({ kind: 'verify', node: node.name, token }, () => ask(node, 'GET', '/v4/user/', token)),
    logOut: (node, token) =>
      history.record({ kind: 'logout', node: node.name, token }, () =>
        ask(node, 'DELETE', '/v4/auth-tokens/', token),
      ),
    async close() {
      for (const { service, agent } of nodes) {
        agent.destroy();
        service.process.kill('SIGCONT');
        await service.stop('SIGKILL');
      }
      await store.close();
      for (const { way } of nodes) await way.close();
      await server.remove();
      folder[Symbol.dispose]();
    },
  };
}

/** Undefined when it was refused, as when the database is away. */
async function logIn({ service }: ClusterNode): Promise<string | undefined> {
  const body = JSON.stringify({ email: ADMIN.email, password_base64: base64(ADMIN.password) });
  const reply = await fetch(`${service.url}/v4/auth-tokens/`, { method: 'POST', body });
  const { auth_token: token } = (await reply.json()) as { auth_token?: string };
  return token;
}

/** The status of the answer, 0 when there is none. */
function ask({ service, agent }: ClusterNode, method: string, path: string, token: string): Promise<number> {
  return new Promise((resolve) => {
    const asked = request(
      service.url + path,
      { method, agent, headers: { authorization: `giantswarm ${token}` } },
      (reply) => {
        reply.resume();
        reply.on('end', () => resolve(reply.statusCode ?? 0));
        reply.on('error', () => resolve(0));
      },
    );
    asked.on('error', () => resolve(0));
    asked.end();
  });
}
