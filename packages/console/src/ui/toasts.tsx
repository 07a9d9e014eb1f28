import { normalizeProps, useMachine } from '@zag-js/preact';
import * as toast from '@zag-js/toast';
import { useId } from 'preact/hooks';
import { explain } from '../lib/explain.ts';
import { Icon } from './icon.tsx';

const toaster = toast.createStore({ placement: 'bottom-end', max: 4, overlap: false });

/** Says that something has been done. */
export function tell(title: string): void {
  toaster.create({ title, type: 'success', duration: 6_000 });
}

/** Says that something could not be done; stays until somebody has read it. */
export function tellFailure(title: string, error: unknown): void {
  const { message, requestId } = explain(error);
  const description = requestId === undefined ? message : `${message} (request ${requestId})`;
  toaster.create({ title, description, type: 'error', duration: Number.POSITIVE_INFINITY });
}

export function Toasts() {
  const service = useMachine(toast.group.machine, { id: useId(), store: toaster });
  const api = toast.group.connect(service, normalizeProps);
  return (
    <div {...api.getGroupProps()} class="toasts">
      {api.getToasts().map((props, index) => (
        <Toast key={props.id} props={props} index={index} parent={service} />
      ))}
    </div>
  );
}

function Toast({
  props,
  index,
  parent,
}: {
  props: toast.Options;
  index: number;
  parent: toast.GroupService;
}) {
  const service = useMachine(toast.machine, { ...props, parent, index } as toast.Props);
  const api = toast.connect(service, normalizeProps);
  return (
    <div {...api.getRootProps()} class={`toast toast-${props.type}`}>
      <Icon name={props.type === 'error' ? 'warning' : 'check'} />
      <div class="toast-text">
        <div {...api.getTitleProps()} class="toast-title">
          {api.title}
        </div>
        {api.description && <div {...api.getDescriptionProps()}>{api.description}</div>}
      </div>
      <button type="button" onClick={() => api.dismiss()} class="button quiet icon-only" aria-label="Dismiss">
        <Icon name="close" />
      </button>
    </div>
  );
}
