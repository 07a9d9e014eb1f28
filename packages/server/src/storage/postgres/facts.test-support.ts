import { after, test } from 'node:test';
import { Client } from 'pg';
import { type PostgresRoom, PostgresRooms } from './postgres-room.test-support.ts';
import { startPostgres } from './server.test-support.ts';

/** Facts about a store beside which somebody else is connected to the same database, each in a room of its own. */
export async function factsBesideAnother() {
  const server = await startPostgres();
  after(() => server.remove());
  const rooms = new PostgresRooms(server);
  const fact = (title: string, check: (room: PostgresRoom, another: Client) => Promise<void>): void => {
    test(title, async () => {
      const room = await rooms.open();
      const another = new Client({ connectionString: room.url });
      await another.connect();
      try {
        await check(room, another);
      } finally {
        await another.end();
        await room.leave();
      }
    });
  };
  return { server, fact };
}
