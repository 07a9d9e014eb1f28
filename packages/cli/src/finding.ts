/** One thing that `guardbee doctor` has looked at. */
export interface Finding {
  /** In a word or two. */
  readonly about: string;
  /** `warning`: will go wrong, or is not as it should be; `wrong`: is broken or unsafe now. */
  readonly state: 'fine' | 'warning' | 'wrong';
  readonly what: string;
  /** What to do about it; always there when it is not fine. */
  readonly fix?: string;
}

export function fine(about: string, what: string): Finding {
  return { about, state: 'fine', what };
}

export function warning(about: string, what: string, fix: string): Finding {
  return { about, state: 'warning', what, fix };
}

export function wrong(about: string, what: string, fix: string): Finding {
  return { about, state: 'wrong', what, fix };
}
