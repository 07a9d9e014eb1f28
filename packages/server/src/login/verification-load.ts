/**
 * Whether tokens are being verified so often that a core is to be left to that. A thread of the lowest priority still keeps whoever
 * wakes up on its core waiting for as long as the scheduler lets it finish its slice: up to 4 ms on Linux since 6.6. With a thread that
 * hashes on each core, every verification may meet one; with a core less, hardly any does (docs/decisions/0025).
 *
 * Looked at when it is asked, which is before each hash: no timer, and nothing on the way of a verification.
 *
 * @param accepted Tokens that were accepted so far. Those that were not don't count: strangers must not slow logins down.
 * @param perSecond From how many on. Default: 20; fewer can't tell.
 * @param windowMs For so long, at least, an answer holds. Default: 250.
 */
export function createVerificationLoad(
  accepted: () => number,
  { perSecond = 20, windowMs = 250, now = () => performance.now() } = {},
): () => boolean {
  let [since, before, isBusy] = [now(), accepted(), false];
  return () => {
    const time = now();
    if (time - since >= windowMs) {
      const count = accepted();
      isBusy = ((count - before) * 1_000) / (time - since) >= perSecond;
      [since, before] = [time, count];
    }
    return isBusy;
  };
}
