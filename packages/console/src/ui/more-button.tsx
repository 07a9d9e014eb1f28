import { useState } from 'preact/hooks';
import { tellFailure } from './toasts.tsx';

/** At the end of a list that goes on. */
export function MoreButton({ more }: { more: (() => Promise<void>) | undefined }) {
  const [busy, setBusy] = useState(false);
  if (more === undefined) return null;
  async function load(): Promise<void> {
    setBusy(true);
    await more?.().catch((error) => tellFailure('The rest could not be loaded', error));
    setBusy(false);
  }
  return (
    <div class="more">
      <button type="button" class="button" onClick={load} aria-busy={busy}>
        Show more
      </button>
    </div>
  );
}
