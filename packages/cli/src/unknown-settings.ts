import { SLOT, settingNames } from '@guardbee/server';
import { ENVIRONMENT } from './syntax/help.ts';

const PREFIX = 'GUARDBEE_';

/** What Kubernetes and Docker tell each container of a service that happens to be called guardbee. */
const OF_A_PLATFORM =
  /^GUARDBEE_(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)$/;
const ITS_ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/**
 * Names in the environment that look like a setting and are none: a typing mistake would leave the default in force, and nobody
 * would know. A sentence for each. Values are not repeated: there may be secrets.
 */
export function unknownSettings(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...settingNames(), ...ENVIRONMENT.map(([name]) => name)].filter((name) =>
    name.startsWith(PREFIX),
  );
  return Object.entries(environment)
    .filter(([name, value]) => name.startsWith(PREFIX) && name !== SLOT && !known.includes(name) && value)
    .filter(([name, value = '']) => !OF_A_PLATFORM.test(name) && !ITS_ADDRESS.test(value))
    .map(([name]) => {
      const meant = nearest(name, known);
      const hint = meant === undefined ? 'guardbee config show lists them' : `is ${meant} meant?`;
      return `${name} is no setting, and has no effect: ${hint}`;
    });
}

/** The one that the fewest mistakes lead to, unless more than half of the name would be one. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const typed = name.slice(PREFIX.length);
  let best: { readonly name: string; readonly mistakes: number } | undefined;
  for (const candidate of known) {
    const meant = candidate.slice(PREFIX.length);
    const mistakes = distance(typed, meant);
    if (mistakes <= Math.max(typed.length, meant.length) / 2 && mistakes < (best?.mistakes ?? Infinity))
      best = { name: candidate, mistakes };
  }
  return best?.name;
}

/** Letters to add, to leave out or to take for another (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [at, same] of [...other].entries()) {
      const [left = 0, above = 0, before = 0] = [next[at], row[at + 1], row[at]];
      next.push(Math.min(left + 1, above + 1, before + (letter === same ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
