import type { AuditEvent } from './audit-store.ts';

/**
 * As which text the e-mails of an event's subject may stand in what clients said of themselves; upper and lower case of
 * ASCII apart. A header's bytes are read as Latin-1, so one in UTF-8 is kept in that disguise.
 */
export function emailSpellings({ personal }: Pick<AuditEvent, 'personal'>): string[] {
  const emails = [personal?.email, personal?.email_before].filter((email) => typeof email === 'string');
  const spellings = emails.flatMap((email) => [email, email.normalize('NFC').toLowerCase()]);
  const disguised = spellings.map((text) => Buffer.from(text).toString('latin1'));
  // In a URL, where @ may stand as it is (RFC 3986, section 3.3).
  const escaped = spellings.flatMap((text) => {
    const all = encodeURIComponent(text.toWellFormed());
    return [all, all.replace('%40', '@')];
  });
  // What can't be stored, stands nowhere.
  return [...new Set([...spellings, ...disguised, ...escaped])].filter(
    (text) => text !== '' && !text.includes('\0'),
  );
}
