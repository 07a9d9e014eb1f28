import { ask, logIn } from './api.ts';

export const SCRIPT = '<img src=x onerror=alert(3)>';
/** The id of one of its requests. */
export const TRACED = 'console-walk-1';

/** Somebody's work, under names that would be a script if anything took them for HTML. Returns an administrator's token. */
export async function leaveTraces(): Promise<string> {
  const { token } = await logIn();
  const headers = { 'x-giant-swarm-activity': SCRIPT, 'user-agent': SCRIPT, 'x-giant-swarm-cmdline': SCRIPT };
  await ask('GET', '/v4/users/', token, undefined, headers);
  await ask('GET', '/v4/users/nobody@example.com/', token, undefined, headers);
  const { token: other } = await logIn();
  await ask('DELETE', '/v4/auth-tokens/', other, undefined, { ...headers, 'x-request-id': TRACED });
  return token;
}
