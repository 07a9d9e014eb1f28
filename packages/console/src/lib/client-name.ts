/** Later ones say that they are like the earlier ones, too. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR', 'Opera'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;

/** A program by its User-Agent: browsers under the name that people know, all others as they call themselves. */
export function clientName(userAgent: string): string {
  if (!userAgent.startsWith('Mozilla/')) return userAgent;
  const found = BROWSERS.find(([token]) => userAgent.includes(`${token}/`));
  if (found === undefined) return userAgent;
  const system = /Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux/.exec(userAgent)?.[0];
  return system === undefined ? found[1] : `${found[1]} on ${system.replace('Mac OS X', 'macOS')}`;
}
