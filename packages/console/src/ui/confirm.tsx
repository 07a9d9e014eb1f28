import type { ComponentChildren } from 'preact';
import { ActForm } from './act-form.tsx';
import { Dialog } from './dialog.tsx';

export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** On the button that does it. */
  readonly label: string;
  readonly act: () => Promise<void>;
  /** Done when the question is gone: a dialog over a dialog would go with it. */
  readonly afterwards?: () => void;
}

/** Asks before something that can't be taken back. */
export function Confirm({ question, onClose }: { question: Question; onClose: () => void }) {
  async function answer(): Promise<void> {
    await question.act();
    onClose();
    if (question.afterwards !== undefined) setTimeout(question.afterwards);
  }
  return (
    <Dialog alert title={question.title} description={question.text} onClose={onClose}>
      <ActForm danger label={question.label} act={answer} onCancel={onClose} />
    </Dialog>
  );
}
