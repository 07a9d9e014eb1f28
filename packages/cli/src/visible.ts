/**
 * Text that a server or another user sent, fit for a terminal. Token names, user agents and command lines are anybody's
 * text: an escape sequence among them could retitle the window, hide lines, or type for the reader.
 */

/** C0 and C1 controls; line and paragraph separators; what turns the direction of text around (Unicode UAX 9). */
const UNSEEN = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Colours as we write them ourselves; others could hide text. */
const COLOUR = '\\x1b\\[(?:1|2|22|31|32|33|39)m';
const UNSEEN_BUT_OURS = new RegExp(`(${COLOUR})|(?![\\n\\t])${UNSEEN.source}`, 'gu');

/** One value, for a cell or a sentence: every control character as its escape, line breaks too. */
export function visible(text: string): string {
  return text.replace(UNSEEN, escapeOf);
}

/**
 * A whole output, the last line of defence: line breaks, tabs and colours stay. The escapes are JSON's, so that JSON
 * means the same as before.
 */
export function visibleOutput(text: string): string {
  return text.replace(UNSEEN_BUT_OURS, (found, colour) => (colour === undefined ? escapeOf(found) : found));
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
