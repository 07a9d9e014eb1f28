/**
 * A line of CSV (RFC 4180). A cell that a spreadsheet would run as a formula gets an apostrophe in front, which
 * spreadsheets show as text (OWASP, CSV injection): what stands in a cell was sent by somebody.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** Also behind what spreadsheets skip: white space, quotes, a byte order mark. */
const RUNS = /^[\s'"\ufeff\u200b-\u200f]*[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]/;

function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = RUNS.test(value) ? `'${value}` : value;
  return /[",\r\n;]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
