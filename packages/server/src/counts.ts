/** What has happened since the start, in plain numbers: counting must cost nothing on the way of a request. */
export interface Counts {
  readonly verifications: { accepted: number; refused: number };
  readonly logins: { succeeded: number; refused: number; throttled: number; unavailable: number };
  readonly logouts: { succeeded: number };
}

export function newCounts(): Counts {
  return {
    verifications: { accepted: 0, refused: 0 },
    logins: { succeeded: 0, refused: 0, throttled: 0, unavailable: 0 },
    logouts: { succeeded: 0 },
  };
}
