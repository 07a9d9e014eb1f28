import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { type Finding, fine, warning, wrong } from './finding.ts';
import { whyNoConnection } from './why-no-connection.ts';

const PATIENCE_MS = 10_000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** Whether the certificate is one that clients accept, and for how long. Connects once and sends nothing. */
export async function examineTls(endpoint: string): Promise<Finding> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  let socket: TLSSocket;
  try {
    socket = await open(host, Number(port || 443));
  } catch (error) {
    return wrong(
      'encryption',
      `no TLS connection: ${whyNoConnection(error as Error)}`,
      'Is the service at this address?',
    );
  }
  const { valid_to: end } = socket.getPeerCertificate();
  const { authorized, authorizationError: reason } = socket;
  socket.destroy();
  const days = Math.floor((Date.parse(end) - Date.now()) / DAY_MS);
  if (!authorized) {
    const fix = `Renew it, or let this machine know its authority (NODE_EXTRA_CA_CERTS). It ends ${end}.`;
    return wrong('encryption', `the certificate is not accepted: ${String(reason)}`, fix);
  }
  if (days >= SOON_DAYS) return fine('encryption', `the certificate is good for ${days} days`);
  return warning(
    'encryption',
    `the certificate ends in ${days} days`,
    'Renew it, then send the service SIGHUP.',
  );
}

function open(host: string, port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // What is wrong with the certificate is looked at, not thrown: nothing is sent that somebody could read.
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port, ...name, rejectUnauthorized: false, timeout: PATIENCE_MS });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
  });
}
