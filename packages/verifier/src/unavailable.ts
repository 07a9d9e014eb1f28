// one brand for every copy of this package in a process: `instanceof` would tell them apart
const brand: unique symbol = Symbol.for('@guardbee/verifier.VerifierUnavailable') as never;

/**
 * Whether the token counts can't be told: the service does not answer, or does not accept the verifier's own token.
 * Refuse the request with 503. `message` holds nothing of any token.
 */
export class VerifierUnavailable extends Error {
  override readonly name = 'VerifierUnavailable';
  readonly code = 'VERIFIER_UNAVAILABLE';
  /** Seconds after which another try makes sense. */
  readonly retryAfter = 1;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether something caught is a `VerifierUnavailable`, also one made by another copy of this package. */
export function isVerifierUnavailable(error: unknown): error is VerifierUnavailable {
  return error instanceof Error && brand in error;
}
