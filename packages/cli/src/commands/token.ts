import { type ConnectionOptions, connectAsUser } from '../connection.ts';
import type { Io } from '../io.ts';

export interface TokenOptions extends ConnectionOptions {
  readonly header?: boolean;
  readonly json?: boolean;
}

/** Prints the token that commands use. Asks nobody whether it is still alive. */
export async function printToken(options: TokenOptions, io: Io): Promise<void> {
  const { endpoint, token } = await connectAsUser(options, io);
  if (options.json) io.out(JSON.stringify({ endpoint, token, authorization: `giantswarm ${token}` }));
  else io.out(options.header ? `Authorization: giantswarm ${token}` : token);
}
