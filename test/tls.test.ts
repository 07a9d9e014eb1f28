import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect } from 'node:tls';
import { ADMIN, run, serve, temporaryFolder } from './guardbee.ts';

/** HTTPS by the service itself: as it is started, with real certificates and clients that check them. */

const folder = temporaryFolder();
after(() => folder[Symbol.dispose]());

const SELF_SIGNED = ['--tls-self-signed'];
const certOf = (data: string): string => join(folder.path, data, 'keys', 'self-signed-cert.pem');
const keyOf = (data: string): string => join(folder.path, data, 'keys', 'self-signed-key.pem');

/** The certificate that a new connection is shown, checked against `ca`. */
async function shownCertificate(url: string, ca: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(ca) });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

test('--tls-self-signed serves HTTPS to whoever trusts the certificate, and to nobody else', async () => {
  const service = await serve(join(folder.path, 'one'), {}, SELF_SIGNED);
  assert.match(service.url, /^https:/);
  while (!/npx guardbee logout/.test(service.stdout()))
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(
    service.stdout().includes(`\n  export NODE_EXTRA_CA_CERTS='${certOf('one')}'\n  npx guardbee login `),
  );
  assert.equal(statSync(keyOf('one')).mode & 0o777, 0o600);
  const env = { GUARDBEE_CONFIG_DIR: join(folder.path, 'config'), GUARDBEE_ENDPOINT: service.url };
  const login = ['login', ADMIN.email, '--password-stdin'];
  const trusting = await run(login, {
    env: { ...env, NODE_EXTRA_CA_CERTS: certOf('one') },
    input: ADMIN.password,
  });
  assert.equal(trusting.code, 0, trusting.stderr);
  const distrusting = await run(login, { env, input: ADMIN.password });
  assert.equal(distrusting.code, 4);
  assert.match(distrusting.stderr, /cannot be reached: .*self-signed/);
  await assert.rejects(fetch(service.url.replace('https:', 'http:')));
  assert.equal(await service.stop(), 0);
});

test('the self-signed certificate is kept from one start to the next', async () => {
  const before = readFileSync(certOf('one'), 'utf8');
  const service = await serve(join(folder.path, 'one'), {}, SELF_SIGNED);
  assert.equal(await service.stop(), 0);
  assert.equal(readFileSync(certOf('one'), 'utf8'), before);
});

test('on SIGHUP a renewed certificate is taken over, and one that cannot be used is not', async () => {
  const other = await serve(join(folder.path, 'two'), {}, SELF_SIGNED);
  await other.stop();
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  const install = (data: string): void => {
    copyFileSync(certOf(data), cert);
    copyFileSync(keyOf(data), key);
  };
  install('one');
  const service = await serve(join(folder.path, 'one'), { GUARDBEE_TLS_CERT: cert, GUARDBEE_TLS_KEY: key });
  const first = await shownCertificate(service.url, certOf('one'));
  const hangUp = async (said: RegExp): Promise<void> => {
    service.process.kill('SIGHUP');
    while (!said.test(service.stderr())) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  writeFileSync(cert, 'not a certificate');
  await hangUp(/the old one stays/);
  assert.equal(await shownCertificate(service.url, certOf('one')), first);

  install('two');
  await hangUp(/took over the certificate/);
  assert.notEqual(await shownCertificate(service.url, certOf('two')), first);
  await assert.rejects(shownCertificate(service.url, certOf('one')), /self-signed/);
  assert.doesNotMatch(service.stderr(), /PRIVATE KEY/);
  assert.equal(await service.stop(), 0);
});

test('an empty file, as a renewal leaves it for a moment, is no certificate', async () => {
  const [cert, key] = [join(folder.path, 'renewed.pem'), join(folder.path, 'renewed-key.pem')];
  copyFileSync(certOf('one'), cert);
  copyFileSync(keyOf('one'), key);
  const service = await serve(join(folder.path, 'three'), {}, ['--tls-cert', cert, '--tls-key', key]);
  const before = await shownCertificate(service.url, certOf('one'));
  for (const file of [cert, key]) {
    const text = readFileSync(file);
    const told = service.stderr().match(/cannot be used/g)?.length ?? 0;
    writeFileSync(file, '');
    service.process.kill('SIGHUP');
    while ((service.stderr().match(/cannot be used/g)?.length ?? 0) === told)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await shownCertificate(service.url, certOf('one')), before);
    writeFileSync(file, text);
  }
  assert.doesNotMatch(service.stderr(), /took over/);
  assert.equal(await service.stop(), 0);
  writeFileSync(cert, '');
  await assert.rejects(
    serve(join(folder.path, 'three'), {}, ['--tls-cert', cert, '--tls-key', key]),
    /ended with 78: .*GUARDBEE_TLS_CERT/s,
  );
});

test('a certificate and a key that do not go together are refused at the start', async () => {
  const { code, stderr } = await run([
    'serve',
    '--listen',
    '127.0.0.1:0',
    '--data-dir',
    join(folder.path, 'refused'),
    '--tls-cert',
    certOf('one'),
    '--tls-key',
    keyOf('two'),
  ]);
  assert.equal(code, 78);
  assert.match(stderr, /GUARDBEE_TLS_CERT \(--tls-cert\) cannot be/);
  assert.ok(!existsSync(join(folder.path, 'refused')), 'nothing was made');
});
