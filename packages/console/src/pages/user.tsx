import type { V4AuthToken, V4UserListItem } from 'giantswarm';
import { useState } from 'preact/hooks';
import { doing, toBase64, tokensApi, usersApi } from '../lib/api.ts';
import { newPassword } from '../lib/new-password.ts';
import { go, href } from '../lib/route.ts';
import type { Session } from '../lib/session.ts';
import { NEVER } from '../lib/times.ts';
import { useLoad } from '../lib/use-load.ts';
import { usePages } from '../lib/use-pages.ts';
import { Confirm, type Question } from '../ui/confirm.tsx';
import { Menu, type MenuItem } from '../ui/menu.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';
import { Body, Empty, Failure, Loading, PageHead } from '../ui/states.tsx';
import { tell } from '../ui/toasts.tsx';
import { When } from '../ui/when.tsx';
import { EditExpiry, EditGroups } from './edit-user.tsx';
import { TokenTable } from './token-table.tsx';
import { UserBadges } from './user-badges.tsx';

type Editing = 'expiry' | 'groups' | undefined;

/** One account: what holds for it, what can be done to it, its tokens. */
export default function User({ email, session }: { email: string; session: Session }) {
  const user = useLoad(email, (signal) => usersApi.getUser(email, { ...doing('show-user'), signal }));
  const tokens = usePages(email, (cursor, signal) =>
    tokensApi.getUserAuthTokensWithHttpInfo(email, { ...doing('list-user-tokens'), signal, cursor }),
  );
  const [question, setQuestion] = useState<Question>();
  const [editing, setEditing] = useState<Editing>();
  const [password, setPassword] = useState<string>();
  const isSelf = email === session.user.email;

  const change = (what: object, activity: string, said: string) => async (): Promise<void> => {
    await usersApi.modifyUser(email, what, doing(activity));
    tell(said);
    user.reload();
    tokens.reload();
  };
  const endAll = async (): Promise<void> => {
    const { count } = await tokensApi.deleteUserAuthTokens(email, doing('revoke-user-tokens'));
    tell(count === 1 ? 'One token has been revoked.' : `${count} tokens have been revoked.`);
    tokens.reload();
  };
  const endOne = (token: V4AuthToken) =>
    setQuestion({
      title: 'Revoke this token?',
      text: `“${token.name ?? 'Without a name'}” of ${email} stops working at once, everywhere.`,
      label: 'Revoke token',
      act: async () => {
        await tokensApi.deleteAuthTokenById(String(token.id), doing('revoke-token'));
        tell('The token has been revoked.');
        tokens.reload();
      },
    });

  function askReset(): void {
    const generated = newPassword();
    const body = { new_password_base64: toBase64(generated) };
    setQuestion({
      title: 'Reset password?',
      text: `${email} gets a new password, which you will see once. All their tokens end at once.`,
      label: 'Reset password',
      act: async () => {
        await usersApi.modifyPassword(email, body, doing('reset-password'));
        tokens.reload();
      },
      afterwards: () => setPassword(generated),
    });
  }
  function acts({ admin, disabled }: V4UserListItem): MenuItem[] {
    const ask = (label: string, text: string, act: () => Promise<void>, danger = true): MenuItem => ({
      label,
      danger,
      act: () => setQuestion({ title: `${label}?`, text, label, act }),
    });
    return [
      { label: 'Set expiry', act: () => setEditing('expiry') },
      { label: 'Set groups', act: () => setEditing('groups') },
      admin
        ? ask(
            'Take administration away',
            `${email} can then look after their own tokens only.`,
            change({ admin: false }, 'demote-user', 'The account is not an administrator any more.'),
            false,
          )
        : ask(
            'Make administrator',
            `${email} can then do everything that you can do here.`,
            change({ admin: true }, 'promote-user', 'The account is an administrator now.'),
            false,
          ),
      ...(isSelf ? [] : [{ label: 'Reset password', act: askReset }]),
      disabled
        ? {
            label: 'Enable',
            act: () =>
              setQuestion({
                title: 'Enable?',
                text: `${email} can log in again. Tokens that have ended stay ended.`,
                label: 'Enable',
                act: change({ disabled: false }, 'enable-user', 'The account can log in again.'),
              }),
          }
        : ask(
            'Disable',
            `${email} can’t log in any more, and all their tokens end at once.`,
            change({ disabled: true }, 'disable-user', 'The account has been disabled.'),
          ),
      ask(
        'Delete',
        `The account of ${email} goes, and all its tokens. This can’t be taken back.`,
        async () => {
          await usersApi.deleteUser(email, doing('delete-user'));
          tell('The account has been deleted.');
          go(['users']);
        },
      ),
    ];
  }

  return (
    <>
      <nav class="crumbs" aria-label="Above this page">
        <a href={href(['users'])}>Users</a>
      </nav>
      <PageHead title={email}>
        {user.data !== undefined && (
          <>
            {user.data.locked_until && (
              <button
                type="button"
                class="button"
                onClick={() =>
                  setQuestion({
                    title: 'Unlock?',
                    text: `Too many wrong passwords have closed ${email} to unknown devices. Unlocking opens it again at once.`,
                    label: 'Unlock',
                    act: async () => {
                      await usersApi.unlockUser(email, doing('unlock-user'));
                      tell('The account is open again.');
                      user.reload();
                    },
                  })
                }
              >
                Unlock
              </button>
            )}
            <Menu label={`Change ${email}`} class="button" items={acts(user.data)}>
              Change
            </Menu>
          </>
        )}
      </PageHead>
      {user.error !== undefined && <Failure error={user.error} retry={user.reload} />}
      {user.data === undefined ? (
        user.error === undefined && <Loading rows={2} />
      ) : (
        <Facts user={user.data} />
      )}

      <section class="section">
        <div class="section-head">
          <h2>Tokens</h2>
          {Boolean(tokens.items?.length) && (
            <button
              type="button"
              class="button danger"
              onClick={() =>
                setQuestion({
                  title: 'Revoke all tokens?',
                  text: `Everything that acts for ${email} stops at once${isSelf ? ', this session too' : ''}.`,
                  label: 'Revoke all',
                  act: endAll,
                })
              }
            >
              Revoke all
            </button>
          )}
        </div>
        {user.data !== undefined && (
          <Body
            of={tokens}
            rows={2}
            empty={
              <Empty icon="key" title="No tokens">
                Nothing acts for this account.
              </Empty>
            }
          >
            {(items) => <TokenTable caption={`Tokens of ${email}`} tokens={items} onRevoke={endOne} />}
          </Body>
        )}
        <MoreButton more={tokens.more} />
      </section>

      <p class="section">
        <a href={href(['audit'], { subject: email })}>Audit events about this account</a>
      </p>
      {question !== undefined && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
      {editing === 'expiry' && (
        <EditExpiry
          email={email}
          expiry={user.data?.expiry ?? NEVER}
          save={change}
          onClose={() => setEditing(undefined)}
        />
      )}
      {editing === 'groups' && (
        <EditGroups
          email={email}
          groups={user.data?.groups ?? []}
          save={change}
          onClose={() => setEditing(undefined)}
        />
      )}
      {password !== undefined && (
        <ShownOnce
          title="The new password"
          description={`Give it to ${email} over a way that only you two share. It is shown only this once.`}
          label={`Password of ${email}`}
          value={password}
          onClose={() => setPassword(undefined)}
        />
      )}
    </>
  );
}

function Facts({ user }: { user: V4UserListItem }) {
  return (
    <dl class="card facts">
      <div>
        <dt>State</dt>
        <dd>
          <UserBadges user={user} />
        </dd>
      </div>
      <div>
        <dt>Created</dt>
        <dd>
          <When time={user.created} />
        </dd>
      </div>
      <div>
        <dt>Expires</dt>
        <dd>
          <When time={user.expiry} />
        </dd>
      </div>
      <div>
        <dt>Groups</dt>
        <dd>{user.groups?.length ? user.groups.join(', ') : <span class="muted">None</span>}</dd>
      </div>
      {user.locked_until && (
        <div>
          <dt>Locked until</dt>
          <dd>
            <When time={user.locked_until} />
          </dd>
        </div>
      )}
    </dl>
  );
}
