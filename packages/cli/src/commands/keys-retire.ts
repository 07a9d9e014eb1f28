import { openOffline, Refusal, readConfig } from '@guardbee/server';
import { CommandError, EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';

export interface RetireOptions {
  readonly keyId: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** Ends the tokens that lean on an older digest key. */
export async function retireKey({ keyId, dataDir, json }: RetireOptions, io: Io): Promise<void> {
  const offline = await openOffline(readConfig(io.env, dataDir === undefined ? {} : { dataDir }));
  try {
    const ended = await offline.retireKey(keyId);
    io.out(
      json
        ? JSON.stringify({ key_id: keyId, tokens_ended: ended })
        : `Ended ${ended} tokens. No living token needs the key "${keyId}" now: take it away and start the service anew.`,
    );
  } catch (error) {
    throw error instanceof Refusal ? new CommandError(EXIT.failed, error.message) : error;
  } finally {
    await offline.close();
  }
}
