import type { V4UserListItem } from 'giantswarm';
import { useState } from 'preact/hooks';
import { doing, usersApi } from '../lib/api.ts';
import { href } from '../lib/route.ts';
import { usePages } from '../lib/use-pages.ts';
import { Field } from '../ui/field.tsx';
import { Icon } from '../ui/icon.tsx';
import { MoreButton } from '../ui/more-button.tsx';
import { Body, Empty, PageHead } from '../ui/states.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { CreateUser } from './create-user.tsx';
import { UserBadges } from './user-badges.tsx';

/** Who has an account. */
export default function Users() {
  const users = usePages('users', (cursor, signal) =>
    usersApi.getUsersWithHttpInfo({ ...doing('list-users'), signal, cursor, limit: 200 }),
  );
  const [creating, setCreating] = useState(false);
  const [sought, setSought] = useState('');
  const found = users.items?.filter(({ email = '' }) =>
    email.toLowerCase().includes(sought.trim().toLowerCase()),
  );

  return (
    <>
      <PageHead title="Users" lead="Who may log in, and until when.">
        <button type="button" class="button primary" onClick={() => setCreating(true)}>
          <Icon name="plus" />
          New user
        </button>
      </PageHead>
      <search class="search">
        <Field
          label={users.more === undefined ? 'Search' : 'Search among those shown'}
          type="search"
          autocomplete="off"
          value={sought}
          onValue={setSought}
        />
      </search>
      <Body
        of={{ ...users, items: found }}
        rows={8}
        empty={
          <Empty icon="people" title="Nobody found">
            No e-mail address here has “{sought}” in it.
          </Empty>
        }
      >
        {(items) => <UserTable users={items} />}
      </Body>
      <MoreButton more={users.more} />
      {creating && <CreateUser onClose={() => setCreating(false)} onCreated={users.reload} />}
    </>
  );
}

function UserTable({ users }: { users: readonly V4UserListItem[] }) {
  return (
    <Table
      caption="Users"
      rows={users}
      keyOf={({ email }) => String(email)}
      columns={[
        {
          title: 'E-mail',
          kind: 'main',
          cell: ({ email }) => (
            <a class="name" href={href(['users', String(email)])}>
              {email}
            </a>
          ),
        },
        { title: 'State', cell: (user) => <UserBadges user={user} /> },
        {
          title: 'Groups',
          kind: 'free',
          cell: ({ groups }) =>
            groups?.length ? (
              <span class="chips">
                {groups.map((group) => (
                  <span key={group} class="chip">
                    {group}
                  </span>
                ))}
              </span>
            ) : (
              <span class="muted">None</span>
            ),
        },
        { title: 'Created', cell: ({ created }) => <When time={created} /> },
        { title: 'Expires', cell: ({ expiry }) => <When time={expiry} /> },
      ]}
    />
  );
}
