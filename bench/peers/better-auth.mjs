// better-auth as its documentation sets it up for API tokens: e-mail and password, the bearer plugin, SQLite of Node's own.
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { bearer } from 'better-auth/plugins';

const [, , file, email, password] = process.argv;
const database = new DatabaseSync(file);
// What is acknowledged is on disk, as in what it is compared with.
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
const options = {
  database,
  baseURL: 'http://127.0.0.1',
  secret: 'a secret for measurements only, long enough',
  emailAndPassword: { enabled: true },
  plugins: [bearer()],
  // Limits would refuse the load that is measured.
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
await auth.api.signUpEmail({ body: { email, password, name: 'Admin' } }).catch(() => {});
const server = createServer(toNodeHandler(auth));
server.listen(0, '127.0.0.1', () => console.log(`listens on http://127.0.0.1:${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
