import type { ComponentChildren } from 'preact';
import { ActForm } from './act-form.tsx';
import { Dialog } from './dialog.tsx';

export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** On the button that does it. */
  readonly label: string;
  readonly act: () => Promise<void>;
}

/** Asks before something that can't be taken back. */
export function Confirm({ question, onClose }: { question: Question; onClose: () => void }) {
  return (
    <Dialog alert title={question.title} description={question.text} onClose={onClose}>
      <ActForm danger label={question.label} act={() => question.act().then(onClose)} onCancel={onClose} />
    </Dialog>
  );
}
