import { commonPasswords } from './common-passwords.ts';
import { keyboardWalk } from './keyboard.ts';

/**
 * How few guesses somebody needs who knows how people make passwords: by common ones, alone, repeated, put together, with
 * digits and marks around them or for letters, by ways over the keyboard, sequences, and names at hand.
 *
 * The text is cut into pieces so that they need the fewest bits together (as zxcvbn does; Wheeler, USENIX Security 2016). What
 * occurred before costs almost nothing.
 */

type PieceKind = NameKind | 'common' | 'keyboard' | 'sequence' | 'repeated' | 'other';
export type NameKind = 'email' | 'service';

interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
  readonly bits: number;
}

export interface Prediction {
  /** Binary logarithm of the guesses, roughly. */
  readonly bits: number;
  readonly pieces: readonly Piece[];
}

const SHORTEST_COMMON = 4;
const LONGEST_COMMON = 20;
const AGAIN = 1;
const REPETITION = 3;
const NAME = 1;
const LEET_BITS = 1;
const SEQUENCE = 5;
const KEYBOARD = 5;
const TURN = 2;
const YEAR = 6;

/** What stands for a letter; 1 stands for two. */
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
};

/** @param names Lower-case texts that are near at hand for whoever guesses, and what they are of. */
export function predict(password: string, names: ReadonlyMap<string, NameKind>): Prediction {
  const pieces = cheapest(password.normalize('NFKC').toLowerCase(), names);
  return { bits: pieces.reduce((sum, piece) => sum + piece.bits, 0), pieces };
}

/** The pieces that together need the fewest bits. */
function cheapest(text: string, names: ReadonlyMap<string, NameKind>): Piece[] {
  const best: { bits: number; last: Piece | undefined; from: number }[] = [
    { bits: 0, last: undefined, from: 0 },
  ];
  const seen = { spellings: leetSpellings(text), repetitions: repetitionsOf(text) };
  for (let start = 0; start < text.length; start++) {
    const before = best[start]?.bits ?? 0;
    for (const piece of piecesAt(text, seen, start, names)) {
      const end = start + piece.text.length;
      if (before + piece.bits < (best[end]?.bits ?? Number.POSITIVE_INFINITY))
        best[end] = { bits: before + piece.bits, last: piece, from: start };
    }
  }
  const pieces: Piece[] = [];
  for (let at = best[text.length]; at?.last !== undefined; at = best[at.from]) pieces.unshift(at.last);
  return pieces;
}

function* piecesAt(
  text: string,
  { spellings, repetitions }: { spellings: readonly string[]; repetitions: readonly number[] },
  start: number,
  names: ReadonlyMap<string, NameKind>,
): Generator<Piece> {
  yield { kind: 'other', text: text.charAt(start), bits: bitsOfCharacter(text, start) };
  for (const [name, kind] of names) {
    const at = spellings.findIndex((spelling) => spelling.startsWith(name, start));
    const piece = text.slice(start, start + name.length);
    if (at >= 0) yield { kind, text: piece, bits: NAME + (at > 0 ? LEET_BITS : 0) };
  }
  const common = commonPasswords();
  for (let length = SHORTEST_COMMON; length <= LONGEST_COMMON && start + length <= text.length; length++) {
    const piece = text.slice(start, start + length);
    const ranks = spellings.map((spelling) => common.get(spelling.slice(start, start + length)));
    const at = ranks.findIndex((rank) => rank !== undefined);
    if (at >= 0) yield { kind: 'common', text: piece, bits: 1 + (ranks[at] ?? 0) + (at > 0 ? LEET_BITS : 0) };
  }
  const walk = keyboardWalk(text, start);
  if (walk.end - start >= 4)
    yield { kind: 'keyboard', text: text.slice(start, walk.end), bits: KEYBOARD + TURN * walk.turns };
  for (const step of [0, 1, -1]) {
    const end = sequenceEnd(text, start, step);
    if (end - start >= 3) yield { kind: 'sequence', text: text.slice(start, end), bits: SEQUENCE };
  }
  const repeated = repetitions[start] ?? 0;
  if (repeated >= 3) yield { kind: 'repeated', text: text.slice(start, start + repeated), bits: REPETITION };
  if (/^(?:19|20)\d\d$/.test(text.slice(start, start + 4)))
    yield { kind: 'other', text: text.slice(start, start + 4), bits: YEAR };
}

function bitsOfCharacter(text: string, at: number): number {
  const character = text.charAt(at);
  const before = at === 0 ? -1 : text.lastIndexOf(character, at - 1);
  if (before >= 0 && (before === at - 1 || !/[\p{L}\p{N}]/u.test(character))) return AGAIN;
  if (/\d/.test(character)) return Math.log2(10);
  if (/[a-z]/.test(character)) return Math.log2(26);
  if (character === ' ') return 2;
  return character <= '\x7f' ? 5 : 7;
}

/** Each character the next one's neighbour in the alphabet or among the digits, where 0 follows 9; or the same again. */
function sequenceEnd(text: string, start: number, step: number): number {
  const [zero, nine] = [48, 57];
  const next = (code: number): number => (step === 1 && code === nine ? zero : code + step);
  let end = start + 1;
  while (end < text.length && text.charCodeAt(end) === next(text.charCodeAt(end - 1))) end += 1;
  return end;
}

/** The text as it stands, and with its digits and marks for letters undone. */
function leetSpellings(text: string): string[] {
  const plain = [...text].map((character) => LEET[character] ?? character).join('');
  return [...new Set([text, plain.replace(/[1!|]/g, 'i'), plain.replace(/[1!|]/g, 'l')])];
}

/**
 * For each place the longest stretch from there on that began before already, itself included: `abcabcabc` is `abc` and such
 * a one. Quadratic in the text's length.
 */
function repetitionsOf(text: string): number[] {
  const longest: number[] = [];
  // How far the text from `from` on agrees with the text from `start` on; the row before was that of `start` + 1.
  const common = new Uint16Array(text.length + 1);
  for (let start = text.length - 1; start >= 0; start--) {
    let most = 0;
    for (let from = 0; from < start; from++) {
      const length = text[from] === text[start] ? (common[from + 1] ?? 0) + 1 : 0;
      common[from] = length;
      if (length > most) most = length;
    }
    common[start] = 0;
    longest[start] = most;
  }
  return longest;
}
