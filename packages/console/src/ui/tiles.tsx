import type { ComponentChildren } from 'preact';

export interface Tile {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly tone?: 'bad' | 'good';
}

/** A few numbers that matter, at a glance. */
export function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <dl class="tiles">
      {tiles.map(({ label, value, note, tone = '' }) => (
        <div key={label} class={`tile ${tone}`}>
          <dt>{label}</dt>
          <dd class="tile-value">{value}</dd>
          {note !== undefined && <dd class="tile-note">{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
