import { after, describe } from 'node:test';
import { examineStore } from '../store-contract.ts';
import { PostgresRooms } from './postgres-room.test-support.ts';
import { startPostgres, whyNoPostgres } from './server.test-support.ts';

const skip = whyNoPostgres() ?? false;
if (skip) console.error(skip);

describe('PostgreSQL', { skip }, async () => {
  if (skip) return;
  const server = await startPostgres();
  after(() => server.remove());
  const rooms = new PostgresRooms(server);
  examineStore('PostgreSQL', () => rooms.open());
});
