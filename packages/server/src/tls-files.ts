import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { ConfigError, type Setting } from './config-sources.ts';
import { refuse } from './setting-values.ts';
import { SETTINGS } from './settings.ts';

/** PEM files; read at the start and again when the service is told to reload. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export function readTls(
  certFile: string | undefined,
  keyFile: string | undefined,
  isSelfSigned: boolean,
): TlsFiles | 'self-signed' | undefined {
  if (isSelfSigned && (certFile ?? keyFile) !== undefined) {
    throw new ConfigError('--tls-self-signed cannot be used together with a certificate of yours.');
  }
  if (isSelfSigned) return 'self-signed';
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? SETTINGS.tlsCert : SETTINGS.tlsKey;
    throw new ConfigError(`${missing.key} is missing: GUARDBEE_TLS_CERT and GUARDBEE_TLS_KEY go together.`);
  }
  const files = { certFile, keyFile };
  readCertificate(files);
  return files;
}

/** The certificate and its key as they are now. Throws `ConfigError` when they can't be read or don't go together. */
export function readCertificate({ certFile, keyFile }: TlsFiles): { cert: string; key: string } {
  const cert = readPem(SETTINGS.tlsCert, certFile, CERTIFICATE, 'certificate');
  const key = readPem(SETTINGS.tlsKey, keyFile, PRIVATE_KEY, 'private key');
  const pair = { cert, key };
  try {
    // A context is made of an empty file too: what a renewal leaves for a moment must not replace what works.
    if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)))
      throw new Error('key values mismatch');
    createSecureContext(pair);
  } catch (error) {
    // The library's words name the trouble ("key values mismatch"), never the key.
    throw refuse(SETTINGS.tlsCert, certFile, `it does not go with ${keyFile} (${(error as Error).message})`);
  }
  return pair;
}

/** When a certificate runs out, milliseconds since 1970. Of a chain the first one's, the service's own. */
export function endOf({ cert }: { cert: string }): number {
  return new X509Certificate(cert).validToDate.getTime();
}

/** Both may stand in one file (RFC 7468). */
const CERTIFICATE = /^-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----/m;
const PRIVATE_KEY = /^-----BEGIN ([A-Z]+ )*PRIVATE KEY-----/m;

function readPem(setting: Setting, file: string, label: RegExp, what: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw refuse(
      setting,
      file,
      `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`,
    );
  }
  if (!label.test(text)) throw refuse(setting, file, `there is no ${what} in it, in PEM`);
  return text;
}
