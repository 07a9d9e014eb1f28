/**
 * E-mail addresses: which are accepted, and which two spellings are the same person.
 *
 * Accepted is what people use: `dot-atom@host` (RFC 5322 section 3.4.1, RFC 5321 lengths), letters, marks and
 * digits of any script in the local part (RFC 6531), the host in its ASCII form (IDNA A-labels). Quoted local
 * parts, comments and address literals are not.
 *
 * The canonical form is NFC with letters in lower case, one code point at a time. A letter whose compatibility
 * or lower-case form would turn into ASCII (the Kelvin sign, the long s, full-width letters, ligatures) is refused
 * rather than mapped: a look-alike never becomes somebody else's address. Ready-made case folding (`toLowerCase`
 * on the whole text, SQL `lower`, `ILIKE`) is context- or engine-dependent and is not used anywhere.
 */

const ASCII_ATOM = "A-Za-z0-9!#$%&'*+/=?^_`{|}~-";
const LOCAL = new RegExp(
  `^(?:[${ASCII_ATOM}]|[\\p{L}\\p{M}\\p{N}])+(?:\\.(?:[${ASCII_ATOM}]|[\\p{L}\\p{M}\\p{N}])+)*$`,
  'u',
);
const HOST =
  /^(?!.*\.\d+$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;
const ASCII = /^\p{ASCII}*$/u;
const HAS_ASCII = /\p{ASCII}/u;

/** The spelling under which an address is unique, or undefined when it is not an address we accept. */
export function canonicalEmail(email: string): string | undefined {
  const at = email.lastIndexOf('@');
  if (at < 1) return undefined;
  const local = email.slice(0, at);
  const host = email.slice(at + 1);
  if (!HOST.test(host) || !LOCAL.test(local)) return undefined;
  const canonicalLocal = ASCII.test(local) ? local.toLowerCase() : lowerCase(local);
  if (canonicalLocal === undefined) return undefined;
  const canonical = `${canonicalLocal}@${host.toLowerCase()}`;
  // RFC 5321 section 4.5.3.1 counts octets.
  if (Buffer.byteLength(canonicalLocal) > 64 || Buffer.byteLength(canonical) > 254) return undefined;
  return canonical;
}

function lowerCase(text: string): string | undefined {
  // Looked at one by one as they stand, since composing turns the Kelvin sign into a K; and taken apart, since a long s
  // with a dot has a long s in it.
  for (const point of text + text.normalize('NFD')) {
    if (
      !ASCII.test(point) &&
      (HAS_ASCII.test(point.toLowerCase()) || HAS_ASCII.test(point.normalize('NFKC')))
    ) {
      return undefined;
    }
  }
  const lower = lowerCaseEach(text.normalize('NFC')).normalize('NFC');
  // Only what stays as it is when it is done again is a canonical form.
  return lowerCaseEach(lower) === lower && LOCAL.test(lower) ? lower : undefined;
}

function lowerCaseEach(text: string): string {
  return Array.from(text, (point) => point.toLowerCase()).join('');
}
