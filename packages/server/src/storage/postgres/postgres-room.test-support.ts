import { Client } from 'pg';
import type { ExamRoom } from '../exam/room.ts';
import { examSigner } from '../exam/samples.ts';
import { openPostgresStore, type PostgresStore, type PostgresStoreOptions } from './postgres-store.ts';
import type { PostgresServer } from './server.test-support.ts';

export interface PostgresRoom extends ExamRoom {
  readonly store: PostgresStore;
  readonly database: string;
  readonly url: string;
  openAnother(options?: Partial<PostgresStoreOptions>): Promise<PostgresStore>;
}

/** The exam asks what is right, and hundreds at once for it; how long that takes on a busy machine is another question. */
const limits = { reads: 2, writes: 3, patience: 30_000 };

/** Rooms, each with a database of its own. To make one takes longer than most tests: a room that was left is cleared. */
export class PostgresRooms {
  readonly #server: PostgresServer;
  readonly #free: Place[] = [];
  #count = 0;
  #template: Promise<void> | undefined;

  constructor(server: PostgresServer) {
    this.#server = server;
  }

  async open(): Promise<PostgresRoom> {
    const { database, client } = this.#free.pop() ?? (await this.#make());
    const url = this.#server.url(database);
    const stores: PostgresStore[] = [];
    const openAnother = async (options: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> => {
      const store = await openPostgresStore({ url, signer: examSigner, limits, ...options });
      stores.push(store);
      return store;
    };
    const leave = async (): Promise<void> => {
      await Promise.all(stores.map((store) => store.close()));
      await client.query(clear);
      this.#free.push({ database, client });
    };
    return { store: await openAnother(), database, url, openAnother, leave };
  }

  async #make(): Promise<Place> {
    this.#template ??= this.#makeTemplate();
    await this.#template;
    this.#count += 1;
    const database = `room_${this.#count}`;
    await this.#server.sql('postgres', `CREATE DATABASE ${database} TEMPLATE ${template} STRATEGY file_copy`);
    const client = new Client({ connectionString: this.#server.url(database) });
    // The server goes away under it in the end.
    client.on('error', () => {});
    await client.connect();
    return { database, client };
  }

  async #makeTemplate(): Promise<void> {
    await this.#server.sql('postgres', `CREATE DATABASE ${template}`);
    const store = await openPostgresStore({ url: this.#server.url(template), signer: examSigner });
    await store.close();
  }
}

interface Place {
  readonly database: string;
  readonly client: Client;
}

const template = 'guardbee_template';

/** As after the migrations: with the rows that those put in. */
const clear = `
DO $$ BEGIN
  EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY' FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> 'guardbee_schema');
END $$;
INSERT INTO changes (seq) VALUES (0);
INSERT INTO changes_removed VALUES ('0');
`;
