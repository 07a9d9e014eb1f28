import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** In the keys directory. */
export const SELF_SIGNED_CERT = 'self-signed-cert.pem';
const KEY = 'self-signed-key.pem';
const DAY = 86_400_000;
/** Browsers refuse certificates that live longer (CA/Browser Forum baseline requirements). */
const LIFETIME = 397 * DAY;

/**
 * A certificate for development, signed by itself, for `localhost`, the loopback addresses and `host`. Made once and
 * kept in `directory` (the key for its owner alone), so that a client told to trust it need not be told at each start.
 */
export async function selfSigned(
  directory: string,
  host: string,
): Promise<{ certFile: string; keyFile: string }> {
  const files = { certFile: join(directory, SELF_SIGNED_CERT), keyFile: join(directory, KEY) };
  if (existsSync(files.certFile) && existsSync(files.keyFile) && lives(files.certFile)) return files;
  makeFolder(directory);
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeWhole(files.keyFile, keys.privateKey, 0o600);
  writeWhole(files.certFile, await certify(keys, host), 0o644);
  return files;
}

/** For another day at least. */
function lives(certFile: string): boolean {
  return new X509Certificate(readFileSync(certFile)).validToDate.getTime() > Date.now() + DAY;
}

async function certify(keys: { publicKey: string; privateKey: string }, host: string): Promise<string> {
  const { default: forge } = await import('node-forge');
  const { pki, md } = forge;
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(keys.publicKey);
  // RFC 5280 section 4.1.2.2: positive, at most 20 octets.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(Date.now() - DAY);
  certificate.validity.notAfter = new Date(Date.now() - DAY + LIFETIME);
  const name = [{ name: 'commonName', value: 'guardbee (self-signed)' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: [...new Set(['localhost', '127.0.0.1', '::1', host])].map(altName) },
  ]);
  certificate.sign(pki.privateKeyFromPem(keys.privateKey), md.sha256.create());
  return pki.certificateToPem(certificate);
}

/** RFC 5280 section 4.2.1.6: 7 is an address, 2 a DNS name. */
function altName(host: string): { type: 7; ip: string } | { type: 2; value: string } {
  return /^[\d.]+$|:/.test(host) ? { type: 7, ip: host } : { type: 2, value: host };
}

function writeWhole(file: string, content: string, mode: number): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content, { mode, flag: 'wx' });
  chmodSync(draft, mode);
  renameSync(draft, file);
}
