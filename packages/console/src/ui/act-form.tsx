import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Failure } from './states.tsx';

/** A form that does one thing through the service, shows that it is under way, and what the service objects to. */
export function ActForm({
  label,
  danger = false,
  act,
  onCancel,
  children,
}: {
  /** On the button. */
  label: string;
  danger?: boolean;
  act: () => Promise<void>;
  onCancel?: () => void;
  children?: ComponentChildren;
}) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(undefined);
    await act().catch(setError);
    setBusy(false);
  }
  return (
    <form class="form" onSubmit={submit} noValidate={false}>
      {children}
      {error !== undefined && <Failure error={error} />}
      <div class="form-acts">
        {onCancel !== undefined && (
          <button type="button" class="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        <button type="submit" class={`button ${danger ? 'danger-fill' : 'primary'}`} aria-busy={busy}>
          {label}
        </button>
      </div>
    </form>
  );
}
