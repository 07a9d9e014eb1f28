import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { explain } from '../lib/explain.ts';
import { Icon, type IconName } from './icon.tsx';

/** The first page is announced by the browser. */
let isFirst = true;

/**
 * A page's beginning: what it is, and what one can do first. A new page is announced by its heading, as a browser does by
 * loading it.
 */
export function PageHead({
  title,
  children,
  lead,
}: {
  title: string;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Guardbee`;
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, [title]);
  return (
    <header class="page-head">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== undefined && <p class="lead">{lead}</p>}
      </div>
      {children !== undefined && <div class="page-acts">{children}</div>}
    </header>
  );
}

/** What went wrong, and another try. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { message, requestId } = explain(error);
  return (
    <div class="notice notice-error" role="alert">
      <Icon name="warning" />
      <div>
        <p>{message}</p>
        {requestId !== undefined && (
          <p class="small">
            Request <code>{requestId}</code>
          </p>
        )}
      </div>
      {retry !== undefined && (
        <button type="button" class="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Nothing there, and why that may be. */
export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children: ComponentChildren;
}) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p class="empty-title">{title}</p>
      <p>{children}</p>
    </div>
  );
}

/** As high as what will stand there, so that nothing jumps. */
export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading…</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} class="skeleton-row" />
      ))}
    </div>
  );
}

/** Failure, loading, nothing, or something: in this order. */
export function Body<T>({
  of: { items, error, loading, reload },
  rows,
  empty,
  children,
}: {
  of: { items: readonly T[] | undefined; error: unknown; loading: boolean; reload: () => void };
  rows?: number;
  empty: ComponentChildren;
  children: (items: readonly T[]) => ComponentChildren;
}) {
  if (items === undefined && error !== undefined) return <Failure error={error} retry={reload} />;
  if (items === undefined) return <Loading rows={rows ?? 4} />;
  return (
    <div aria-busy={loading}>
      {error !== undefined && <Failure error={error} retry={reload} />}
      {items.length === 0 ? empty : children(items)}
    </div>
  );
}
