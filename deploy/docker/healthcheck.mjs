// Whether the service of this container is ready: ends with 0 if it is. It asks where the container's settings (environment, or
// the file that it names) say that the service listens; of flags after `serve` it knows nothing.
import { get } from 'node:http';
import { get as getByTls } from 'node:https';
import { readConfig } from '@guardbee/server';

const { listen, tls } = readConfig(process.env);
const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[listen.host] ?? listen.host;
// The certificate names the service as others know it. Nobody else can listen here.
const where = { host, port: listen.port, path: '/readyz', rejectUnauthorized: false };
(tls === undefined ? get : getByTls)(where, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on(
  'error',
  () => process.exit(1),
);
