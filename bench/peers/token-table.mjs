// What a team writes by itself in an afternoon: Fastify, SQLite, scrypt, a table of hashed tokens. Nothing against guessing,
// floods, planted rows or crashes, no audit trail, no second node: the floor of what the work costs.
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import Fastify from 'fastify';

const [, , file, email, password] = process.argv;
const hash = promisify(scrypt);
const database = new DatabaseSync(file);
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS users (email TEXT PRIMARY KEY, salt BLOB, hash BLOB);
  CREATE TABLE IF NOT EXISTS tokens (digest BLOB PRIMARY KEY, email TEXT);`);
const salt = randomBytes(16);
const cost = { N: 16384, r: 16, p: 1, maxmem: 128 * 1024 * 1024 };
database
  .prepare('INSERT OR REPLACE INTO users VALUES (?, ?, ?)')
  .run(email, salt, await hash(password, salt, 64, cost));
const findUser = database.prepare('SELECT * FROM users WHERE email = ?');
const add = database.prepare('INSERT INTO tokens VALUES (?, ?)');
const find = database.prepare('SELECT email FROM tokens WHERE digest = ?');
const remove = database.prepare('DELETE FROM tokens WHERE digest = ?');
const digest = (token) => createHash('sha256').update(token).digest();
const tokenOf = (request) => String(request.headers.authorization).replace('Bearer ', '');

const app = Fastify();
app.post('/login', async (request, reply) => {
  const user = findUser.get(request.body.email);
  const given = await hash(request.body.password, user?.salt ?? salt, 64, cost);
  if (user === undefined || !timingSafeEqual(given, user.hash)) return reply.code(401).send({});
  const token = randomBytes(32).toString('base64url');
  add.run(digest(token), user.email);
  return { token };
});
app.get('/user', async (request, reply) => find.get(digest(tokenOf(request))) ?? reply.code(401).send({}));
app.post('/logout', async (request) => ({ ended: remove.run(digest(tokenOf(request))).changes }));
console.log(`listens on ${await app.listen({ port: 0, host: '127.0.0.1' })}`);
process.on('SIGTERM', () => process.exit(0));
