import { visible } from './visible.ts';

/** Rows as aligned columns under their headings. `paint` colours a cell that is aligned already. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  paint: (cell: string, column: number) => string = (cell) => cell,
): string {
  const all = [headings, ...rows].map((row) => row.map(visible));
  const widths = headings.map((_heading, column) =>
    Math.max(...all.map((row) => (row[column] ?? '').length)),
  );
  return all
    .map((row, index) => {
      const cells = row.map((cell, column) =>
        column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
      );
      const painted = index === 0 ? cells : cells.map(paint);
      return painted.join('  ').trimEnd();
    })
    .join('\n');
}

/** Names and values as lines. */
export function lines(values: Readonly<Record<string, string>>): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values)
    .map(([name, value]) => `${name.padEnd(width)}  ${visible(value)}`)
    .join('\n');
}
