/** What has happened since the start, in plain numbers: counting must cost nothing on the way of a request. */
export interface Counts {
  readonly verifications: Verifications;
  readonly logins: { succeeded: number; refused: number; throttled: number; unavailable: number };
  /** `unavailable`: it was not certain that the token is dead. */
  readonly logouts: { succeeded: number; unavailable: number };
  /** Requests that met a defect, and got 500. */
  failures: number;
}

/** Tokens that were asked about, by where the answer came from and what it was. */
export interface Verifications {
  /** Remembered; what is refused is not remembered. */
  readonly memory: { accepted: number };
  /** `unavailable`: it did not answer. */
  readonly database: { accepted: number; refused: number; unavailable: number };
  /** By its form no token of this service. */
  readonly form: { refused: number };
}

/** Tokens that were looked up in the database, whatever came of it. */
export function databaseReads({ database }: Verifications): number {
  return database.accepted + database.refused + database.unavailable;
}

export function acceptedTokens({ memory, database }: Verifications): number {
  return memory.accepted + database.accepted;
}

export function newCounts(): Counts {
  return {
    verifications: {
      memory: { accepted: 0 },
      database: { accepted: 0, refused: 0, unavailable: 0 },
      form: { refused: 0 },
    },
    logins: { succeeded: 0, refused: 0, throttled: 0, unavailable: 0 },
    logouts: { succeeded: 0, unavailable: 0 },
    failures: 0,
  };
}
