import { Refusal } from '../../errors.ts';
import { logIn } from '../../login/log-in.ts';
import { formatTime } from '../../rfc3339.ts';
import { endedCookie, isFromConsole, sessionCookie } from '../console-session.ts';
import { countLogin } from '../count-login.ts';
import { logOut } from '../log-out.ts';
import { recordLogin } from '../record-activity.ts';
import { actOf } from '../request-context.ts';
import type { App, Parts } from '../route.ts';
import { Generic, replies, Time } from '../schemas.ts';
import { Type } from '../type.ts';

/** Twelve hours, a day's work: whoever closes the browser without signing out leaves no token behind for longer. */
const LIFETIME = 12 * 3_600_000;

const body = Type.Object(
  { email: Type.String(), password_base64: Type.String() },
  { title: 'ConsoleSignIn', additionalProperties: false },
);

const signedIn = Type.Object(
  { id: Type.String({ description: "The public name of the session's token." }), expiry: Time },
  { title: 'ConsoleSignedIn' },
);

const NOT_OURS =
  "This is open to the console's own pages only. Behind a proxy, the service must know under which address it is seen: see docs/console.md.";

/** `POST /console/session/`: the same door as every password; the token goes into a cookie, and nowhere else. */
export function consoleSignIn(app: App, parts: Parts): void {
  app.post(
    '/console/session/',
    {
      schema: {
        operationId: 'consoleSignIn',
        summary: 'Sign in to the console',
        description: 'For the console itself: sets its session cookie.',
        tags: ['console'],
        body,
        response: replies({ 200: signedIn }, [
          'UNKNOWN_ATTRIBUTE',
          'INVALID_CREDENTIALS',
          'ACCOUNT_EXPIRED',
          'PERMISSION_DENIED',
          'TOO_MANY_REQUESTS',
        ]),
      },
    },
    async (request, reply) => {
      // A page that signs somebody in as its own author would read what they then do.
      if (!isFromConsole(request, parts.isFromTrustedProxy)) {
        throw new Refusal('PERMISSION_DENIED', { message: NOT_OURS });
      }
      const { email, password_base64: passwordBase64 } = request.body;
      const wanted = { name: 'console', expiry: parts.clock.now() + LIFETIME };
      const { token, tokenString } = await countLogin(parts.counts.logins, () =>
        logIn(parts, { email, passwordBase64 }, wanted, actOf(request)),
      );
      recordLogin(request, token.userId);
      reply.header('set-cookie', sessionCookie(tokenString, request.raw, parts.isFromTrustedProxy));
      return { id: token.id, expiry: formatTime(token.expiry) };
    },
  );
}

/** `DELETE /console/session/`: ends the session's token and takes the cookie away. */
export function consoleSignOut(app: App, parts: Parts): void {
  app.delete(
    '/console/session/',
    {
      schema: {
        operationId: 'consoleSignOut',
        summary: 'Sign out of the console',
        description: 'As `DELETE /v4/auth-tokens/`, and takes the session cookie away.',
        tags: ['console'],
        response: replies({ 200: Generic }, ['PERMISSION_DENIED']),
      },
    },
    async (request, reply) => {
      await logOut(parts, request);
      reply.header('set-cookie', endedCookie(request.raw, parts.isFromTrustedProxy));
      return { code: 'RESOURCE_DELETED', message: 'You have been signed out.' };
    },
  );
}
