import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { type AuditHead, type AuditSigner, headText } from '../audit-store.ts';

/** The state of a chain, unsigned. */
export type ChainEnd = Omit<AuditHead, 'keyId' | 'signature'>;

/**
 * Each service has a chain of its own, so that services don't wait for each other at its end. Within one service the
 * commits that leave events take turns, here and not at a row's lock, where each would hold a connection up. Because of
 * that the end is known already when the next turn comes.
 *
 * `name` is one that nothing depends on: two services that append to the same chain are slower, not wrong.
 */
export class AuditChain {
  readonly name: string;
  readonly #keyId: string;
  readonly #key: KeyObject;
  #turn: Promise<void> = Promise.resolve();
  /** As it was last committed from here; undefined when that isn't known. */
  end: ChainEnd | undefined;

  constructor(name: string, { keyId, privateKey }: AuditSigner) {
    this.name = name;
    this.#keyId = keyId;
    this.#key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
  }

  /** Resolves when it is one's turn, with what ends it. */
  async takeTurn(): Promise<() => void> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    return resolve;
  }

  sign(end: ChainEnd): AuditHead {
    const unsigned = { ...end, keyId: this.#keyId };
    return { ...unsigned, signature: sign(null, Buffer.from(headText(unsigned)), this.#key) };
  }
}
