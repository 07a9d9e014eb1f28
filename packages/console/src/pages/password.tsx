import { useState } from 'preact/hooks';
import { doing, toBase64, usersApi } from '../lib/api.ts';
import type { Session } from '../lib/session.ts';
import { ActForm } from '../ui/act-form.tsx';
import { PasswordField } from '../ui/field.tsx';
import { PageHead } from '../ui/states.tsx';
import { tell } from '../ui/toasts.tsx';

export function Password({ session }: { session: Session }) {
  const email = String(session.user.email);
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');

  async function change(): Promise<void> {
    const body = { current_password_base64: toBase64(current), new_password_base64: toBase64(wanted) };
    await usersApi.modifyPassword(email, body, doing('change-password'));
    setCurrent('');
    setWanted('');
    tell('Your password has been changed. Your other tokens have ended.');
  }

  return (
    <>
      <PageHead title="Password" lead="Changing it ends all of your tokens but this session." />
      <div class="card narrow">
        <ActForm label="Change password" act={change}>
          {/* Tells a password manager whose passwords these are. */}
          <input
            class="visually-hidden"
            type="email"
            autocomplete="username"
            value={email}
            readOnly
            tabIndex={-1}
            aria-hidden="true"
          />
          <PasswordField
            label="Current password"
            required
            autocomplete="current-password"
            value={current}
            onValue={setCurrent}
          />
          <PasswordField
            label="New password"
            hint="At least 15 characters. A few words that don’t belong together are easy to keep in mind."
            required
            autocomplete="new-password"
            value={wanted}
            onValue={setWanted}
          />
        </ActForm>
      </div>
    </>
  );
}
