import { TOKEN_PATTERN } from '../tokens/token-string.ts';

/**
 * What must not be kept, taken out of text that clients say of themselves: command lines, addresses, log fields. The one
 * place that decides it. Rather too much than too little: a word that may be part of a secret is one.
 *
 * Strangers choose the text: no more than `LONGEST` characters are looked at, and no pattern can be made to go through them more than
 * once for each place where it may begin.
 */

const REDACTED = '[redacted]';
/** Characters. What is beyond is dropped, with the word that it cuts in two. */
const LONGEST = 4_096;

/** Also a token string that somebody has cut off or added to. */
const TOKENS = new RegExp(`${TOKEN_PATTERN}|guardbee(?:_|%5[fF])[A-Za-z0-9_-]{8,}`, 'g');
/** RFC 9110 section 11.4: a scheme and its credentials. */
const CREDENTIALS =
  /\b(giantswarm|bearer|basic|token|digest|negotiate)\s{1,8}[A-Za-z0-9._~+/-]{8,}(?:={1,2})?/gi;
/** A colon that is neither a scheme's nor a port's. Digits with a slash behind are a port only where a scheme stands before the host. */
const COLON = /:(?!\/\/)(?!\d{1,5}(?:\s|$))(?!(?<=:\/\/[^\s/@:]{1,253}:)\d{1,5}\/)/;

/** In names of flags, variables, members and headers whose value is a secret. */
const SECRET = 'pass|pwd|secret|token|credential|auth|api[-_]?key|private[-_]?key|cookie';
/** Such a name, and what gives it its value: `PASSWORD=`, `"password_base64": `, `x[password]=`, `token%3D`. */
const ASSIGNMENT = new RegExp(
  `(?:(?:${SECRET})[A-Za-z0-9_-]{0,40}|\\b(?:pw|key)\\d{0,3})["'\`\\])\\\\]{0,4}\\s{0,3}(?:\\+?=|:|%3d|%3a)`,
  'i',
);
/** A flag with such a name. */
const LONG_FLAG = new RegExp(
  `^--(?:[A-Za-z0-9-]{0,40}(?:${SECRET})[A-Za-z0-9-]{0,40}|[A-Za-z0-9-]{0,40}(?:user|pw|key)\\d{0,3})$`,
  'i',
);
/** As programs in Go write them. Not one with a value attached: `-psecret`. */
const LONG_FLAG_OF_GO =
  /^-(?:pass|passwd|password|passphrase|pwd|(?:auth-?|access-?)?token|(?:client-?)?secret|credentials?|(?:api|private)-?key)$/i;
/** gsctl's and mysql's -p, curl's -u and -H, alone or behind others, with their value or without. */
const SHORT_FLAG = /^-[A-Za-z]{0,8}?[puH]/;
/** The same within any text. */
const FLAG_IN_TEXT = new RegExp(
  `(?:^|\\s)(?:--?[A-Za-z0-9-]{0,40}(?:${SECRET})[A-Za-z0-9-]{0,40}\\s|-[A-Za-z]{0,3}[pu])`,
  'i',
);
/** These name a place where a secret lies, or no value at all. */
const HARMLESS_FLAG = /-(?:stdin|file|id)$/i;
const IS_SECRET = new RegExp(SECRET, 'i');
/** A name whose value is the next word, as in `aws configure set aws_secret_access_key …` or `config set password …`. */
const NAME = /^(?:[A-Za-z0-9]{1,40}_[A-Za-z0-9_]{1,40}|pass(?:word|wd|phrase)|pwd|secret)$/i;
/**
 * Somebody else's output, which may be a secret, is given to a command; or words are quoted as in JSON, and have no spaces between.
 * `<email>` stands for a word that is not shown.
 */
const INPUT = /\||<(?![a-z_-]{1,40}>)|","/;
/** Dashes that a word processor makes of two; Node gives the bytes of UTF-8 as Latin-1. */
const DASHES =
  /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]|\u00e2\u0080[\u0090-\u0095]|\u00e2\u0088\u0092|\u00ef\u00b9[\u0098\u00a3]|\u00ef\u00bc\u008d/g;

/** Words that may be shown behind a secret, where nobody can tell any more what is part of it. */
const VERBS = new Set(
  (
    'gsctl guardbee curl giantswarm login logout whoami list show create delete info ping select scale upgrade update set ' +
    'unset revoke why users user tokens token clusters cluster endpoints endpoint releases release organizations ' +
    'organization nodepool nodepools keypair keypairs kubeconfig apps activities trace audit verify export import unlock'
  ).split(' '),
);
const KNOWN_FLAG = /^--(?:json|verbose|endpoint|email|output|owner|name|expiry|scope|all|offline|force)$/;

/** Token strings only, for lines that have a form of their own (JSON), where nothing else may change. */
export function redactTokens(line: string): string {
  return /guardbee[_%]/.test(line) ? line.replace(TOKENS, `guardbee_${REDACTED}`) : line;
}

/** For any text: token strings, credentials, what stands before an @, and whatever follows the name of a secret. */
export function redactText(text: string): string {
  const safe = redactMarked(shorten(text));
  const ends = [ASSIGNMENT, FLAG_IN_TEXT].map((pattern) => endOf(pattern, safe)).filter((end) => end >= 0);
  const end = Math.min(...ends);
  return ends.length === 0 ? safe : `${safe.slice(0, end)}${REDACTED}`;
}

interface Flag {
  readonly shown: string;
  readonly valueFollows: boolean;
}

/**
 * A command line, as `X-Giant-Swarm-CmdLine` has it: the words of a program's arguments, joined by spaces and not quoted,
 * so that a secret with spaces in it has no end that could be told. Behind the first secret only known words are shown.
 */
export function redactCommandLine(commandLine: string): string {
  const given = shorten(commandLine).replace(DASHES, '-');
  const line = redactMarked(given);
  const secretFrom = INPUT.test(given) ? 0 : endOf(ASSIGNMENT, line);
  const shown: string[] = [];
  let doubtful = false;
  let pending = false;
  const show = (word: string): void => {
    if (word !== REDACTED || shown.at(-1) !== REDACTED) shown.push(word);
  };
  for (const { word, at } of wordsOf(line)) {
    const end = at + word.length;
    if (doubtful || pending || (secretFrom >= 0 && at >= secretFrom)) {
      doubtful = true;
      const isKnown = !pending && (VERBS.has(word) || KNOWN_FLAG.test(word));
      pending = !pending && flagOf(word)?.valueFollows === true;
      show(isKnown ? word : REDACTED);
      continue;
    }
    if (secretFrom >= 0 && end >= secretFrom) {
      // The value begins within this word, or with the next one.
      show(`${word.slice(0, secretFrom - at)}${end > secretFrom ? REDACTED : ''}`);
      continue;
    }
    const flag = flagOf(word);
    if (flag !== undefined) {
      doubtful = true;
      pending = flag.valueFollows;
    }
    show(flag?.shown ?? word);
  }
  return shown.join(' ');
}

/** A flag that gives a secret: how it is shown, and whether the secret is the word behind it. */
function flagOf(word: string): Flag | undefined {
  const bare = word.replace(/^["'`]{0,2}/, '');
  if (NAME.test(bare) && IS_SECRET.test(bare)) return { shown: bare, valueFollows: true };
  if (!bare.startsWith('-')) return undefined;
  const name = bare.replace(/["'`]{0,2}$/, '');
  if (LONG_FLAG_OF_GO.test(name)) return { shown: name, valueFollows: true };
  if (LONG_FLAG.test(name)) return HARMLESS_FLAG.test(name) ? undefined : { shown: name, valueFollows: true };
  const short = bare.startsWith('--') ? undefined : SHORT_FLAG.exec(bare)?.[0];
  if (short === undefined) return undefined;
  const valueFollows = short.length === name.length;
  return { shown: valueFollows ? short : `${short}${REDACTED}`, valueFollows };
}

function wordsOf(text: string): { word: string; at: number }[] {
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, at: index }));
}

/** Where the first match ends; -1: there is none. */
function endOf(pattern: RegExp, text: string): number {
  const found = pattern.exec(text);
  return found === null ? -1 : found.index + found[0].length;
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : text.slice(0, LONGEST).replace(/\S{1,4096}$/, '');
}

/** What says itself that it is secret. */
function redactMarked(text: string): string {
  return redactUserInfo(text.replace(TOKENS, `guardbee_${REDACTED}`)).replace(CREDENTIALS, `$1 ${REDACTED}`);
}

/**
 * RFC 3986 section 3.2.1: what stands before the @ of an authority, with a scheme or without. A password may hold slashes and
 * spaces that nobody encoded: everything between the first colon and the last @ may be part of it.
 */
function redactUserInfo(text: string): string {
  const last = text.lastIndexOf('@');
  if (last < 0) return text;
  const colon = COLON.exec(text)?.index ?? text.length;
  if (colon < last) {
    const user = /[^\s/]{0,200}$/.exec(text.slice(Math.max(0, colon - 200), colon))?.[0] ?? '';
    const isUrl = text.slice(0, colon - user.length).endsWith('://');
    return `${text.slice(0, isUrl ? colon - user.length : colon + 1)}${REDACTED}${text.slice(last)}`;
  }
  return text.replace(/\S+/g, (word) => {
    const [from, at] = [word.indexOf('://') + 3, word.lastIndexOf('@')];
    return from > 2 && from < at ? `${word.slice(0, from)}${REDACTED}${word.slice(at)}` : word;
  });
}

/** A path as another service was asked for it: without its query, and without parts that look like keys or give a secret. */
export function redactPath(uri: string): string {
  const [path = ''] = shorten(uri).split(/[?#;&]|%(?:3f|23|3b|26)/i, 1);
  return redactMarked(path)
    .split('/')
    .map((part) => (looksLikeKey(part) || ASSIGNMENT.test(part) ? REDACTED : part))
    .join('/');
}

/** Long, and of a mixture that no word of a path has. UUIDs are names, not keys. */
function looksLikeKey(part: string): boolean {
  if (part.length < 24 || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(part)) return false;
  return /\d/.test(part) && /[A-Za-z]/.test(part) && /^[A-Za-z0-9._~+=%-]+$/.test(part);
}
