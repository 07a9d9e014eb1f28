import * as menu from '@zag-js/menu';
import { normalizeProps, useMachine } from '@zag-js/preact';
import type { ComponentChildren } from 'preact';
import { createPortal } from 'preact/compat';
import { useId } from 'preact/hooks';

export interface MenuItem {
  readonly label: string;
  readonly danger?: boolean;
  readonly act: () => void;
}

/** A button with a menu of acts. */
export function Menu({
  label,
  class: className,
  items,
  children,
}: {
  /** What the button is called, where its content doesn't say it. */
  label: string;
  class: string;
  items: readonly MenuItem[];
  children: ComponentChildren;
}) {
  const service = useMachine(menu.machine, {
    id: useId(),
    'aria-label': label,
    positioning: { placement: 'bottom-end' },
    onSelect: ({ value }) => items.find((item) => item.label === value)?.act(),
  });
  const api = menu.connect(service, normalizeProps);
  return (
    <>
      <button {...api.getTriggerProps()} class={className} aria-label={label}>
        {children}
      </button>
      {api.open &&
        createPortal(
          <div {...api.getPositionerProps()}>
            <ul {...api.getContentProps()} class="menu">
              {items.map((item) => (
                <li
                  key={item.label}
                  {...api.getItemProps({ value: item.label })}
                  class={item.danger ? 'menu-item danger' : 'menu-item'}
                >
                  {item.label}
                </li>
              ))}
            </ul>
          </div>,
          document.body,
        )}
    </>
  );
}
