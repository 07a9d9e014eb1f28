import { type NameKind, predict } from './predictability.ts';

/**
 * Which new passwords are accepted (NIST SP 800-63B-4 section 3.1.1.2): length counts, composition does not, and what is
 * common or near at hand is refused. Applied wherever a password is set, never at login: an old password goes on working.
 */

/** In Unicode code points, for a password that is the only factor. */
const MIN_LENGTH = 15;

/**
 * Bits of a guess. Any two words of the list fall below it, together with a mark between them; of 120,000 random passphrases
 * of four words none did. See docs/decisions/0013.
 */
const LEAST_BITS = 33.5;

/** Shorter parts of a name are parts of many words. */
const SHORTEST_NAME = 3;

const SERVICE = 'guardbee';

/**
 * Why a password is refused as a new one, in a sentence for its owner; undefined when it is accepted.
 *
 * @param serviceNames What the installation is called, for whoever guesses.
 */
export function objectionTo(
  password: string,
  { email, serviceNames = [] }: { email: string; serviceNames?: readonly string[] },
): string | undefined {
  if ([...password].length < MIN_LENGTH) return `The password must have at least ${MIN_LENGTH} characters.`;
  const names = new Map<string, NameKind>();
  for (const name of [SERVICE, ...serviceNames]) for (const part of partsOf(name)) names.set(part, 'service');
  for (const part of partsOf(email)) names.set(part, 'email');
  const { bits, pieces } = predict(password, names);
  if (bits >= LEAST_BITS) return undefined;
  const kinds = new Set(pieces.map((piece) => piece.kind));
  return REASONS[ORDER.find((kind) => kinds.has(kind)) ?? 'sequence'];
}

const REASONS = {
  email: "The password must not be the user's e-mail address or made of its parts.",
  service: 'The password must not be the name of the service or made of its parts.',
  common:
    'The password is a common one, or made of common ones: take four random words, or let a password manager make one.',
  repeated: 'The password must not be a short text repeated.',
  keyboard: 'The password must not be a way over the keyboard.',
  sequence: 'The password must not be a sequence of characters.',
} as const;
/** The first that applies is said. */
const ORDER = Object.keys(REASONS) as (keyof typeof REASONS)[];

/** A name as a whole, what is before and behind the @, and each of its words. */
function partsOf(name: string): string[] {
  const folded = name.normalize('NFKC').toLowerCase();
  const parts = [folded, ...folded.split('@'), ...folded.split(/[^\p{L}\p{N}]+/u)];
  return parts.filter((part) => part.length >= SHORTEST_NAME);
}
