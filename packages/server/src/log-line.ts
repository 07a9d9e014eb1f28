/** Controls, among them those of C1, and what turns the direction of writing. */
const UNSEEN = /(?!\n)[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A log line for a person at a terminal, from the JSON that everybody else gets. */
export function prettyLine(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const error = typeof err === 'object' && err !== null && 'stack' in err ? `\n${err.stack}` : '';
  const text =
    [String(time).slice(11, 19), String(level).toUpperCase().padEnd(5), msg, ...rest].join(' ') + error;
  // A value that somebody sent must not move the cursor or write lines of its own.
  return `${text.replace(UNSEEN, '\ufffd')}\n`;
}
