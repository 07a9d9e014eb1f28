import { configDirectory, type KnownAccount } from './credentials.ts';
import { CommandError, EXIT } from './exit-codes.ts';
import type { Io } from './io.ts';
import { openKeyring } from './keyring.ts';
import { visible } from './visible.ts';

/** Where the token of an account lies: in the system's keyring if it takes it, else in the file beside the rest. */

/** Keeps it, and answers with what the file has to know. Says so when there is a keyring that doesn't take it. */
export async function keepToken(
  endpoint: string,
  email: string,
  token: string,
  io: Io,
): Promise<Pick<KnownAccount, 'token' | 'inKeyring'>> {
  const keyring = await openKeyring(io.env);
  if (keyring === undefined) return { token };
  try {
    await keyring.write(endpoint, email, token);
    return { inKeyring: true };
  } catch (error) {
    io.err(
      `The keyring does not take the token (${visible((error as Error).message)}): it is kept in ${configDirectory(io.env)}.`,
    );
    return { token };
  }
}

/** Throws `CommandError` when it is in a keyring that doesn't give it. */
export async function readToken(
  endpoint: string,
  email: string,
  { token, inKeyring }: KnownAccount,
  io: Io,
): Promise<string | undefined> {
  if (!inKeyring) return token;
  const hint = `Unlock it, or: guardbee login ${email} -e ${endpoint}`;
  const keyring = await openKeyring(io.env);
  if (keyring === undefined) {
    throw new CommandError(
      EXIT.failed,
      `The token of ${visible(email)} is in the system's keyring, which is not there.`,
      { hint },
    );
  }
  try {
    return await keyring.read(endpoint, email);
  } catch (error) {
    throw new CommandError(
      EXIT.failed,
      `The keyring does not give the token of ${visible(email)}: ${visible((error as Error).message)}`,
      { hint, cause: error },
    );
  }
}

/** A keyring that isn't there keeps what it has; the token in it has been ended, or nobody asks for it any more. */
export async function forgetToken(
  endpoint: string,
  email: string,
  { inKeyring }: KnownAccount,
  io: Io,
): Promise<void> {
  if (!inKeyring) return;
  await (await openKeyring(io.env))?.remove(endpoint, email).catch(() => {});
}
