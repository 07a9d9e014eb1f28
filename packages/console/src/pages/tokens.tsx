import type { V4AuthToken } from 'giantswarm';
import { useState } from 'preact/hooks';
import { doing, tokensApi } from '../lib/api.ts';
import type { Session } from '../lib/session.ts';
import { usePages } from '../lib/use-pages.ts';
import { Confirm, type Question } from '../ui/confirm.tsx';
import { Icon } from '../ui/icon.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Body, Empty, PageHead } from '../ui/states.tsx';
import { tell } from '../ui/toasts.tsx';
import { CreateToken } from './create-token.tsx';
import { TokenTable } from './token-table.tsx';

export function Tokens({ session }: { session: Session }) {
  const tokens = usePages('own', (cursor) =>
    tokensApi.getAuthTokensWithHttpInfo({
      ...doing('list-tokens'),
      ...(cursor === undefined ? {} : { cursor }),
    }),
  );
  const [creating, setCreating] = useState(false);
  const [question, setQuestion] = useState<Question>();
  const { email } = session.user;

  function askRevoke(token: V4AuthToken): void {
    setQuestion({
      title: 'Revoke this token?',
      text: `“${token.name ?? 'Without a name'}” stops working at once, everywhere. This can’t be taken back.`,
      label: 'Revoke token',
      act: async () => {
        await tokensApi.deleteAuthTokenById(String(token.id), doing('revoke-token'));
        tell('The token has been revoked.');
        tokens.reload();
      },
    });
  }
  function askRevokeOthers(): void {
    setQuestion({
      title: 'Revoke all other tokens?',
      text: 'Every token of yours but this session stops working at once: command lines, scripts, other browsers. This can’t be taken back.',
      label: 'Revoke all others',
      act: async () => {
        const options = { ...doing('revoke-other-tokens'), except: 'current' } as const;
        const { count } = await tokensApi.deleteUserAuthTokens(String(email), options);
        tell(count === 1 ? 'One token has been revoked.' : `${count} tokens have been revoked.`);
        tokens.reload();
      },
    });
  }

  return (
    <>
      <PageHead
        title="My tokens"
        lead="Each program that acts for you has a token of its own: end one, and the others go on."
      >
        <button
          type="button"
          class="button"
          onClick={askRevokeOthers}
          disabled={(tokens.items?.length ?? 0) < 2}
        >
          Revoke all others
        </button>
        <button type="button" class="button primary" onClick={() => setCreating(true)}>
          <Icon name="plus" />
          New token
        </button>
      </PageHead>
      <Body
        of={tokens}
        empty={
          <Empty icon="key" title="No tokens">
            Make one for each program.
          </Empty>
        }
      >
        {(items) => <TokenTable caption="My tokens" tokens={items} onRevoke={askRevoke} />}
      </Body>
      <MoreButton more={tokens.more} />
      {creating && (
        <CreateToken session={session} onClose={() => setCreating(false)} onCreated={tokens.reload} />
      )}
      {question !== undefined && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}
