import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /**
   * `main`: what the row is about; `free`: what somebody chose to write; `number`: aligned to the right; `acts`: buttons,
   * without a visible title.
   */
  readonly kind?: 'main' | 'free' | 'number' | 'acts';
}

/**
 * A table that becomes a list of cards where it is narrow. The roles say what the style sheet would take away from a
 * screen reader there.
 */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
}) {
  return (
    // biome-ignore lint/a11y/noRedundantRoles: redundant only until a narrow screen makes a block of it
    <table class="table" role="table" aria-label={caption}>
      {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
      <thead role="rowgroup">
        {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
        <tr role="row">
          {columns.map(({ title, kind = '' }) => (
            // biome-ignore lint/a11y/noRedundantRoles: as above
            <th key={title} scope="col" role="columnheader" class={kind}>
              <span class={kind === 'acts' ? 'visually-hidden' : ''}>{title}</span>
            </th>
          ))}
        </tr>
      </thead>
      {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
      <tbody role="rowgroup">
        {rows.map((row) => (
          // biome-ignore lint/a11y/noRedundantRoles: as above
          <tr key={keyOf(row)} role="row">
            {columns.map(({ title, cell, kind = '' }) => (
              // biome-ignore lint/a11y/noRedundantRoles: as above
              <td key={title} role="cell" class={kind} data-title={title}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
