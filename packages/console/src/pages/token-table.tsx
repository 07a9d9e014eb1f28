import type { V4AuthToken } from 'giantswarm';
import { clientName } from '../lib/client-name.ts';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

/** A user's living tokens. Names, addresses and clients are what others chose to write: shown as text. */
export function TokenTable({
  caption,
  tokens,
  onRevoke,
}: {
  caption: string;
  tokens: readonly V4AuthToken[];
  onRevoke: (token: V4AuthToken) => void;
}) {
  return (
    <Table
      caption={caption}
      rows={tokens}
      keyOf={(token) => String(token.id)}
      columns={[
        {
          title: 'Name',
          kind: 'main',
          cell: (token) => (
            <>
              <span class="name">{token.name ?? <span class="muted">Without a name</span>}</span>
              {token.current && <span class="badge badge-accent">This session</span>}
              <code class="sub">{token.id}</code>
            </>
          ),
        },
        { title: 'Scopes', cell: (token) => <Scopes scopes={token.scopes ?? []} /> },
        { title: 'Created', cell: (token) => <When time={token.created} /> },
        { title: 'Last used', cell: (token) => <LastUsed token={token} /> },
        { title: 'Expires', cell: (token) => <When time={token.expiry} /> },
        {
          title: 'Acts',
          kind: 'acts',
          cell: (token) =>
            token.current ? null : (
              <button
                type="button"
                class="button small danger"
                aria-label={`Revoke ${token.name ?? token.id}`}
                onClick={() => onRevoke(token)}
              >
                Revoke
              </button>
            ),
        },
      ]}
    />
  );
}

function Scopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.includes('*')) return <span>Everything</span>;
  return (
    <span class="chips">
      {scopes.map((scope) => (
        <code key={scope} class="chip">
          {scope}
        </code>
      ))}
    </span>
  );
}

function LastUsed({ token: { last_used: used } }: { token: V4AuthToken }) {
  if (used === null || used === undefined) return <span class="muted">Not yet</span>;
  const { time, ip, user_agent: agent, activity } = used;
  const told = [agent && clientName(agent), activity].filter(Boolean).join(' · ');
  return (
    <>
      <When time={time} />
      <span class="sub" title={agent ?? undefined}>
        {ip}
        {told !== '' && ` · ${told}`}
      </span>
    </>
  );
}
