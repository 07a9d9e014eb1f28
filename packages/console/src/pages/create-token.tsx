import { useId, useState } from 'preact/hooks';
import { doing, toBase64, tokensApi } from '../lib/api.ts';
import type { Session } from '../lib/session.ts';
import { endOfDay, tomorrow } from '../lib/times.ts';
import { ActForm } from '../ui/act-form.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, PasswordField, Select } from '../ui/field.tsx';
import { ShownOnce } from '../ui/shown-once.tsx';

const DAY = 86_400_000;
const EXPIRIES = [
  ['30', 'In 30 days'],
  ['1', 'In a day'],
  ['7', 'In 7 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['date', 'On a day that I choose'],
  ['never', 'Never'],
] as const;

const RESERVED = [
  ['tokens', 'List and end my tokens', false],
  ['users', 'Users, as far as I may', false],
  ['audit', 'Audit trail and activities', true],
  ['introspect', 'Ask about other tokens', true],
] as const;

/** Makes a token for a program. The service asks for the password again, as at each login. */
export function CreateToken({
  session,
  onClose,
  onCreated,
}: {
  session: Session;
  onClose: () => void;
  onCreated: () => void;
}) {
  const [name, setName] = useState('');
  const [expires, setExpires] = useState('30');
  const [day, setDay] = useState(tomorrow());
  const [everything, setEverything] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [others, setOthers] = useState('');
  const [password, setPassword] = useState('');
  const [made, setMade] = useState<string>();
  const group = useId();

  const scopes = everything ? ['*'] : [...chosen, ...others.split(/\s+/).filter(Boolean)];
  const toggle = (scope: string) =>
    setChosen((old) => (old.includes(scope) ? old.filter((one) => one !== scope) : [...old, scope]));

  async function create(): Promise<void> {
    const body = {
      email: String(session.user.email),
      password_base64: toBase64(password),
      name,
      scopes: [...new Set(scopes)],
      ...(expires === 'never' ? {} : { expiry: expires === 'date' ? endOfDay(day) : after(Number(expires)) }),
    };
    const { auth_token: token } = await tokensApi.createAuthToken(body, doing('create-token'));
    setPassword('');
    setMade(token);
    onCreated();
  }

  if (made !== undefined) {
    return (
      <ShownOnce
        title="Your new token"
        description="Copy it now: it is shown only this once, and nobody can find it out later."
        label={`Token ${name}`}
        value={made}
        onClose={onClose}
      />
    );
  }
  return (
    <Dialog title="New token" onClose={onClose}>
      <ActForm label="Create token" act={create} onCancel={onClose}>
        <Field
          label="Name"
          hint="What it is for, like “backup on server 3”."
          required
          maxLength={100}
          autocomplete="off"
          value={name}
          onValue={setName}
        />
        <div class="fields">
          <Select label="Expires" options={EXPIRIES} value={expires} onValue={setExpires} />
          {expires === 'date' && (
            <Field label="Last day" type="date" required min={tomorrow()} value={day} onValue={setDay} />
          )}
        </div>
        <fieldset class="field">
          <legend>May be used for</legend>
          <label class="choice">
            <input type="radio" name={group} checked={!everything} onChange={() => setEverything(false)} />
            Only some things
          </label>
          <label class="choice">
            <input type="radio" name={group} checked={everything} onChange={() => setEverything(true)} />
            Everything that I may do
          </label>
        </fieldset>
        {!everything && (
          <fieldset class="field indented">
            <legend class="visually-hidden">Scopes</legend>
            {RESERVED.filter(([, , adminOnly]) => !adminOnly || session.user.admin).map(([scope, label]) => (
              <label key={scope} class="choice">
                <input type="checkbox" checked={chosen.includes(scope)} onChange={() => toggle(scope)} />
                {label} <code class="chip">{scope}</code>
              </label>
            ))}
            <Field
              label="Scopes of other services"
              hint="Separated by spaces, like orders:read orders:write."
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              required={scopes.length === 0}
              pattern="[!#-\[\]-~ ]*"
              value={others}
              onValue={setOthers}
            />
          </fieldset>
        )}
        <PasswordField
          label="Your password"
          hint="To make sure that it is you."
          required
          autocomplete="current-password"
          value={password}
          onValue={setPassword}
        />
      </ActForm>
    </Dialog>
  );
}

function after(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString();
}
