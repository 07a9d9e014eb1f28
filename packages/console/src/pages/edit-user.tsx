import { useState } from 'preact/hooks';
import { dayOf, endOfDay, NEVER } from '../lib/times.ts';
import { ActForm } from '../ui/act-form.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';

type Save = (what: object, activity: string, said: string) => () => Promise<void>;

export function EditExpiry({
  email,
  expiry,
  save,
  onClose,
}: {
  email: string;
  expiry: string;
  save: Save;
  onClose: () => void;
}) {
  const before = expiry === NEVER ? '' : dayOf(expiry);
  const [day, setDay] = useState(before);
  // Somebody may have set it to an instant within the day: who changes nothing keeps that.
  const wanted = day === before ? expiry : day === '' ? NEVER : endOfDay(day);
  const act = save({ expiry: wanted }, 'set-user-expiry', 'The expiry has been set.');
  return (
    <Dialog
      title="Set expiry"
      description={`Of ${email}. An account that has expired loses its tokens.`}
      onClose={onClose}
    >
      <ActForm label="Set expiry" act={() => act().then(onClose)} onCancel={onClose}>
        <Field label="Last day" hint="Empty: it does not expire." type="date" value={day} onValue={setDay} />
      </ActForm>
    </Dialog>
  );
}

export function EditGroups({
  email,
  groups,
  save,
  onClose,
}: {
  email: string;
  groups: readonly string[];
  save: Save;
  onClose: () => void;
}) {
  const [text, setText] = useState(groups.join(' '));
  const wanted = { groups: [...new Set(text.split(/\s+/).filter(Boolean))] };
  const act = save(wanted, 'set-user-groups', 'The groups have been set.');
  return (
    <Dialog
      title="Set groups"
      description={`Of ${email}. Services that check tokens are told them.`}
      onClose={onClose}
    >
      <ActForm label="Set groups" act={() => act().then(onClose)} onCancel={onClose}>
        <Field
          label="Groups"
          hint="Separated by spaces."
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          value={text}
          onValue={setText}
        />
      </ActForm>
    </Dialog>
  );
}
