import { useState } from 'preact/hooks';
import { doing, toBase64, usersApi } from '../lib/api.ts';
import { newPassword } from '../lib/new-password.ts';
import { endOfDay, tomorrow } from '../lib/times.ts';
import { ActForm } from '../ui/act-form.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';

/** Makes an account with a generated password, which is shown once. */
export function CreateUser({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const [email, setEmail] = useState('');
  const [lastDay, setLastDay] = useState('');
  const [password, setPassword] = useState<string>();

  async function create(): Promise<void> {
    const generated = newPassword();
    const expiry = lastDay === '' ? {} : { expiry: endOfDay(lastDay) };
    await usersApi.createUser(email, { password: toBase64(generated), ...expiry }, doing('create-user'));
    setPassword(generated);
    onCreated();
  }

  if (password !== undefined) {
    return (
      <ShownOnce
        title="The account is ready"
        description={`Give ${email} this password over a way that only you two share. It is shown only this once.`}
        label={`Password of ${email}`}
        value={password}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog title="New user" onClose={onClose}>
      <ActForm label="Create user" act={create} onCancel={onClose}>
        <Field label="E-mail" type="email" required autocomplete="off" value={email} onValue={setEmail} />
        <Field
          label="Last day"
          hint="Empty: the account does not expire."
          type="date"
          min={tomorrow()}
          value={lastDay}
          onValue={setLastDay}
        />
      </ActForm>
    </Dialog>
  );
}
