/** A backup, a restore or a move that can't be done, with a sentence for the person. Nothing was changed. */
export class MovingError extends Error {
  override readonly name = 'MovingError';
}
