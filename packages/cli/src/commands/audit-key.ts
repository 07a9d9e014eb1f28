import { type AuditSource, openAuditSource } from '../audit-source.ts';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { readAuditExport } from '../read-audit-export.ts';

export interface AuditKeyOptions extends AuditSource {
  readonly json?: boolean;
}

/** The public keys that the audit trail is signed with, as PEM: to be kept apart from the trail. */
export async function showAuditKeys(options: AuditKeyOptions, io: Io): Promise<void> {
  const source = await openAuditSource(options, { format: 'ndjson', activity: 'audit-key' }, io);
  const keys: { key_id: string; public_key: string }[] = [];
  try {
    for await (const part of readAuditExport(source.chunks)) {
      if (!('key' in part)) break;
      const { id, publicKey } = part.key;
      keys.push({ key_id: id, public_key: String(publicKey.export({ type: 'spki', format: 'pem' })) });
    }
  } finally {
    await source.close();
  }
  if (keys.length === 0) throw new CommandError(EXIT.failed, 'There is no key in it.');
  if (options.json) io.out(JSON.stringify(keys));
  else io.out(keys.map(({ public_key: pem }) => pem.trimEnd()).join('\n'));
}
