/** What a command's end means to the script that called it. Documented in `guardbee --help`. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  /** EX_CONFIG of sysexits.h. */
  configuration: 78,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command that can't go on, with a sentence for the person and a code for the script. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;
  /** What to try next. */
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, more: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.exitCode = exitCode;
    this.hint = more.hint;
  }
}
