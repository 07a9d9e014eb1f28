import { CommandError, EXIT } from './exit-codes.ts';
import { type Io, readSecretFile } from './io.ts';

/** Where a password may come from. Never from the command line: every process of the machine can read that. */
export interface PasswordOptions {
  readonly passwordStdin?: boolean;
  readonly passwordFile?: string;
}

/** A password somebody has. */
export async function readPassword(options: PasswordOptions, io: Io, message: string): Promise<string> {
  return (await fromOptions(options, io)) ?? notEmpty(await io.askSecret(message));
}

/** A password somebody chooses: typed twice. */
export async function readNewPassword(options: PasswordOptions, io: Io, message: string): Promise<string> {
  const given = await fromOptions(options, io);
  if (given !== undefined) return given;
  const first = notEmpty(await io.askSecret(message));
  if ((await io.askSecret('Once more')) !== first)
    throw new CommandError(EXIT.usage, 'The two passwords differ.');
  return first;
}

export function toBase64(password: string): string {
  return Buffer.from(password, 'utf8').toString('base64');
}

async function fromOptions(
  { passwordStdin, passwordFile }: PasswordOptions,
  io: Io,
): Promise<string | undefined> {
  if (passwordStdin && passwordFile !== undefined) {
    throw new CommandError(EXIT.usage, '--password-stdin and --password-file exclude each other.');
  }
  if (passwordFile !== undefined) return notEmpty(readSecretFile(passwordFile));
  return passwordStdin ? notEmpty(await io.readStdin()) : undefined;
}

function notEmpty(password: string): string {
  if (password === '') throw new CommandError(EXIT.usage, 'The password is empty.');
  return password;
}
