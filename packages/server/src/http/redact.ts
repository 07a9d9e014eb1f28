import { TOKEN_PATTERN } from '../tokens/token-string.ts';

/**
 * What must not be kept, taken out of text that clients say of themselves: command lines, addresses, log fields. The one
 * place that decides it. Rather too much than too little: a word that may be part of a secret is one.
 */

const REDACTED = '[redacted]';

/** Also a token string that somebody has cut off or added to. */
const TOKENS = new RegExp(`${TOKEN_PATTERN}|guardbee_[A-Za-z0-9_-]{8,}`, 'g');
/**
 * RFC 3986 section 3.2.1: what stands before the @ of an authority. A password may hold slashes and spaces that nobody
 * encoded: behind a colon that is not a port's, everything up to the last @ may be part of it.
 */
const USER_INFO = /([A-Za-z][A-Za-z0-9+.-]*:\/\/)(?:[^\s/:@]*:(?!\d+(?:[/\s]|$)).*|\S*)@/g;
/** RFC 9110 section 11.4: a scheme and its credentials. */
const CREDENTIALS = /\b(giantswarm|bearer|basic|token|digest|negotiate)\s+[A-Za-z0-9._~+/-]{8,}=*/gi;

/** Names of flags, variables and headers whose value is a secret, wherever in the name it says so. */
const SECRET_NAME =
  /pass(?:word|wd|phrase|code)?|pwd|secret|token|credential|authorization|api-?key|private-?key|cookie/i;
/** These name a place where a secret lies, or no value at all. */
const HARMLESS_NAME = /-(?:stdin|file|id)$/i;
/** Short flags for a password: gsctl's and mysql's -p, curl's -u and -H. Their value may be attached. */
const SECRET_SHORT = /^-[puH]/;

/** Words that may be shown behind a secret, where nobody can tell any more what is part of it. */
const VERBS = new Set(
  (
    'gsctl guardbee curl giantswarm login logout whoami list show create delete info ping select scale upgrade update set ' +
    'unset revoke why users user tokens token clusters cluster endpoints endpoint releases release organizations ' +
    'organization nodepool nodepools keypair keypairs kubeconfig apps activities trace audit verify export import unlock'
  ).split(' '),
);
const KNOWN_FLAGS = /^--(?:json|verbose|endpoint|email|output|owner|name|expiry|scope|all|offline|force)$/;

/** Token strings only, for lines that have a form of their own (JSON), where nothing else may change. */
export function redactTokens(line: string): string {
  return line.includes('guardbee_') ? line.replace(TOKENS, `guardbee_${REDACTED}`) : line;
}

/** Token strings, credentials and what stands before the @ of a URL. For any text. */
export function redactText(text: string): string {
  return text
    .replace(TOKENS, `guardbee_${REDACTED}`)
    .replace(USER_INFO, `$1${REDACTED}@`)
    .replace(CREDENTIALS, `$1 ${REDACTED}`);
}

/**
 * A command line, as `X-Giant-Swarm-CmdLine` has it: the words of a program's arguments, joined by spaces and not quoted,
 * so that a secret with spaces in it has no end that could be told. Behind the first secret only known words are shown.
 */
export function redactCommandLine(commandLine: string): string {
  const shown: string[] = [];
  let pending = false;
  let doubtful = false;
  for (const word of commandLine.split(/\s+/).filter((part) => part !== '')) {
    if (pending) {
      pending = false;
      shown.push(REDACTED);
      continue;
    }
    const kind = kindOf(word);
    if (kind !== undefined) {
      doubtful = true;
      pending = kind.valueFollows;
      shown.push(kind.shown);
    } else if (!doubtful || VERBS.has(word) || KNOWN_FLAGS.test(word)) {
      shown.push(word);
    } else if (shown.at(-1) !== REDACTED) {
      shown.push(REDACTED);
    }
  }
  return redactText(shown.join(' '));
}

/** Whether a word gives a secret: how it is shown then, and whether the secret is the word behind it. */
function kindOf(word: string): { shown: string; valueFollows: boolean } | undefined {
  if (SECRET_SHORT.test(word) && !word.startsWith('--')) {
    const valueFollows = word.length === 2;
    return { shown: valueFollows ? word : `${word.slice(0, 2)}${REDACTED}`, valueFollows };
  }
  const [, name = '', separator = ''] = /^['"]?([A-Za-z0-9_-]+)([=:]?)/.exec(word) ?? [];
  if (!SECRET_NAME.test(name) || HARMLESS_NAME.test(name)) return undefined;
  const isFlag = name.startsWith('-');
  // `tokens list` names what it is about; `token=…` and `Authorization: …` give a value.
  if (!isFlag && separator === '') return undefined;
  const valueFollows = word.endsWith(name) || word === `${name}${separator}`;
  return { shown: valueFollows ? word : `${name}${separator}${REDACTED}`, valueFollows };
}

/** A path as another service was asked for it: without its query, and without parts that look like keys. */
export function redactPath(uri: string): string {
  const [path = ''] = uri.split(/[?#;]/, 1);
  return redactText(path)
    .split('/')
    .map((part) => (looksLikeKey(part) ? REDACTED : part))
    .join('/');
}

/** Long, and of a mixture that no word of a path has. UUIDs are names, not keys. */
function looksLikeKey(part: string): boolean {
  if (part.length < 24 || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(part)) return false;
  return /\d/.test(part) && /[A-Za-z]/.test(part) && /^[A-Za-z0-9._~+=%-]+$/.test(part);
}
