import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { startTestService } from './service.ts';

/** Sends a beginning and then one byte a second; answers with what came back and after how many seconds it was over. */
function trickle(url: string, beginning: string): Promise<{ text: string; seconds: number }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const begin = performance.now();
    const socket = connect(Number(port), hostname, () => socket.write(beginning));
    const drip = setInterval(() => socket.write('x'), 1_000);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(drip);
      resolve({ text, seconds: (performance.now() - begin) / 1000 });
    });
  });
}

/** A client that never closes its own end; answers with the seconds after which ours is gone. */
function holdOpen(url: string, beginning: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const begin = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => {
      if (beginning !== '') socket.write(beginning);
    });
    socket.resume().on('error', () => {});
    // Who still has the other end is told what it thinks of what is sent.
    const ask = setInterval(() => socket.writable && socket.write('x'), 500);
    socket.on('close', () => {
      clearInterval(ask);
      resolve((performance.now() - begin) / 1000);
    });
  });
}

// At once, since all they do is wait.
suite('slow clients', { concurrency: true }, () => {
  test('whoever sends nothing, or half of something, and keeps their end open is rid of all the same', async (t) => {
    const [plain, tls] = await Promise.all([
      startTestService(),
      startTestService({ GUARDBEE_LISTEN: '127.0.0.1:0' }, undefined, 'trace', { tlsSelfSigned: true }),
    ]);
    t.after(() => Promise.all([plain.close(), tls.close()]));
    const garbage = 'no request at all\r\n\r\n';
    const seconds = await Promise.all([
      holdOpen(plain.url, garbage),
      holdOpen(plain.url, 'GET / HTTP/1.1\r\nHost: x\r\nX-Half: '),
      holdOpen(tls.url, ''),
      holdOpen(tls.url, Buffer.from('160301', 'hex').toString('latin1')),
    ]);
    assert.ok(
      seconds.every((one) => one < 30),
      seconds.join(' '),
    );
  });

  test('headers that take over 10 s and bodies that take over 30 s are 408, and the connection is closed', async () => {
    const service = await startTestService();
    const post = 'POST /v4/auth-tokens/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"email":"';
    const [headers, body] = await Promise.all([
      trickle(service.url, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '),
      trickle(service.url, post),
    ]);
    for (const { text } of [headers, body]) {
      assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n/);
      assert.match(text, /\{"code":"INVALID_INPUT","message":"The request took too long to arrive\."\}$/);
    }
    // The limits are looked at each second, and the machine may be busy: what must not be is an end before, or none.
    assert.ok(headers.seconds >= 10 && headers.seconds < 25, `headers: ${headers.seconds} s`);
    assert.ok(body.seconds >= 30 && body.seconds < 50, `body: ${body.seconds} s`);
    await service.close();
  });
});
