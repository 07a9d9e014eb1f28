import { randomBytes } from 'node:crypto';
import type { ExamRoom } from '../exam/room.ts';
import { examSigner } from '../exam/samples.ts';
import { openPostgresStore, type PostgresStore } from './postgres-store.ts';
import type { PostgresServer } from './server.test-support.ts';

export interface PostgresRoom extends ExamRoom {
  readonly store: PostgresStore;
  readonly database: string;
  readonly url: string;
  openAnother(): Promise<PostgresStore>;
}

/** The exam asks what is right, and hundreds at once for it; how long that takes on a busy machine is another question. */
const limits = { reads: 2, writes: 3, patience: 30_000 };

const templateName = 'guardbee_template';
const templates = new WeakMap<PostgresServer, Promise<void>>();

/** A database of its own: a copy of one that has been migrated, for that is quicker. */
export async function openPostgresRoom(server: PostgresServer): Promise<PostgresRoom> {
  const template = templates.get(server) ?? makeTemplate(server);
  templates.set(server, template);
  await template;
  const database = `room_${randomBytes(6).toString('hex')}`;
  await server.sql('postgres', `CREATE DATABASE ${database} TEMPLATE ${templateName} STRATEGY file_copy`);
  const url = server.url(database);
  const stores: PostgresStore[] = [];
  const openAnother = async (): Promise<PostgresStore> => {
    const store = await openPostgresStore({ url, signer: examSigner, limits });
    stores.push(store);
    return store;
  };
  const leave = async (): Promise<void> => {
    await Promise.all(stores.map((store) => store.close()));
    await server.sql('postgres', `DROP DATABASE ${database} WITH (FORCE)`);
  };
  return { store: await openAnother(), database, url, openAnother, leave };
}

async function makeTemplate(server: PostgresServer): Promise<void> {
  await server.sql('postgres', `CREATE DATABASE ${templateName}`);
  await (await openPostgresStore({ url: server.url(templateName), signer: examSigner })).close();
}
