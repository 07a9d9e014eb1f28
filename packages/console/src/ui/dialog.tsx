import * as dialog from '@zag-js/dialog';
import { normalizeProps, useMachine } from '@zag-js/preact';
import type { ComponentChildren } from 'preact';
import { createPortal } from 'preact/compat';
import { useId } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly title: string;
  readonly description?: ComponentChildren;
  /** It asks for a decision, and doesn't go away by a click beside it. */
  readonly alert?: boolean;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A modal dialog, open as long as it is rendered. Escape closes it; the focus goes back to where it was. */
export function Dialog({ title, description, alert = false, wide = false, onClose, children }: DialogProps) {
  const service = useMachine(dialog.machine, {
    id: useId(),
    open: true,
    role: alert ? 'alertdialog' : 'dialog',
    closeOnInteractOutside: false,
    onOpenChange: ({ open }) => {
      if (!open) onClose();
    },
  });
  const api = dialog.connect(service, normalizeProps);
  // Not the portal of @zag-js/preact: it needs a global React.
  return createPortal(
    <>
      <div {...api.getBackdropProps()} class="backdrop" />
      <div {...api.getPositionerProps()} class="positioner">
        <div {...api.getContentProps()} class={`dialog ${wide ? 'dialog-wide' : ''}`}>
          <header class="dialog-head">
            <h2 {...api.getTitleProps()}>{title}</h2>
            <button {...api.getCloseTriggerProps()} class="button quiet icon-only" aria-label="Close">
              <Icon name="close" />
            </button>
          </header>
          {description !== undefined && (
            <div {...api.getDescriptionProps()} class="dialog-description">
              {description}
            </div>
          )}
          {children}
        </div>
      </div>
    </>,
    document.body,
  );
}
