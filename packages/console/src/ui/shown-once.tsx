import { Secret } from './copy.tsx';
import { Dialog } from './dialog.tsx';

/** A secret that is shown now and never again. */
export function ShownOnce({
  title,
  description,
  label,
  value,
  onClose,
}: {
  title: string;
  description: string;
  label: string;
  value: string;
  onClose: () => void;
}) {
  return (
    <Dialog wide title={title} description={description} onClose={onClose}>
      <Secret label={label} value={value} />
      <div class="form-acts">
        <button type="button" class="button" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}
