import { isApiError } from 'giantswarm';

export interface Explained {
  readonly message: string;
  /** To be quoted to whoever runs the service. */
  readonly requestId: string | undefined;
}

/** What went wrong, for a person: the service's own words where it gave some. */
export function explain(error: unknown): Explained {
  if (!isApiError(error)) {
    const { code } = error as { code?: string };
    const message =
      code === 'ECONNABORTED'
        ? 'The service did not answer in time. Try again in a moment.'
        : 'The service can’t be reached. Check your connection, then try again.';
    return { message, requestId: undefined };
  }
  const { requestId, retryAfter } = error;
  const said = (error.response.body as { message?: unknown } | undefined)?.message;
  const message = typeof said === 'string' && said !== '' ? said : error.message;
  return {
    message: retryAfter === undefined ? message : `${message} You can try again in ${wait(retryAfter)}.`,
    requestId,
  };
}

function wait(seconds: number): string {
  return seconds < 120 ? `${Math.max(1, seconds)} s` : `${Math.ceil(seconds / 60)} minutes`;
}
