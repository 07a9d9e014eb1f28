import { useState } from 'preact/hooks';
import { signIn } from '../lib/session.ts';
import { ActForm } from '../ui/act-form.tsx';
import { Brand } from '../ui/brand.tsx';
import { Field, PasswordField } from '../ui/field.tsx';

/** What stands behind the `#` stays while somebody signs in: they go on where they were. */
export function SignIn({
  installation,
  notice,
  onDone,
}: {
  installation: string;
  notice: string | undefined;
  onDone: () => void;
}) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  document.title = 'Sign in · Guardbee';
  return (
    <main class="lonely">
      <div class="card sign-in">
        <Brand installation={installation} />
        <h1>Sign in</h1>
        {notice !== undefined && (
          <p class="notice" role="status">
            {notice}
          </p>
        )}
        <ActForm label="Sign in" act={() => signIn(email, password).then(onDone)}>
          <Field
            label="E-mail"
            type="email"
            name="email"
            autocomplete="username"
            required
            autofocus
            value={email}
            onValue={setEmail}
          />
          <PasswordField
            label="Password"
            name="password"
            autocomplete="current-password"
            required
            value={password}
            onValue={setPassword}
          />
        </ActForm>
      </div>
    </main>
  );
}
