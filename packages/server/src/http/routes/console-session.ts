import { formatTime } from '../../rfc3339.ts';
import { userReply } from '../../users/user-reply.ts';
import { useOf } from '../authenticate.ts';
import { sessionCredential } from '../console-session.ts';
import type { App, Parts } from '../route.ts';
import { replies, Time, User } from '../schemas.ts';
import { Type } from '../type.ts';

const Session = Type.Object(
  {
    session: Type.Union([
      Type.Null(),
      Type.Object({
        id: Type.String({ description: "The public name of the session's token." }),
        expiry: Time,
        user: User,
      }),
    ]),
    installation_name: Type.String(),
  },
  { title: 'ConsoleSession' },
);

/** `GET /console/session/`: whether somebody is signed in. That nobody is, is an answer here and no refusal. */
export function consoleSession(app: App, parts: Parts): void {
  app.get(
    '/console/session/',
    {
      schema: {
        operationId: 'getConsoleSession',
        summary: 'Who is signed in to the console',
        description: 'For the console itself: reads its session cookie.',
        tags: ['console'],
        response: replies({ 200: Session }, []),
      },
    },
    async (request) => {
      const { installationName: installation_name } = parts;
      const credential = sessionCredential(request, parts.isFromTrustedProxy);
      if (credential.kind !== 'token') return { session: null, installation_name };
      const use = useOf(request.headers, parts.addressOf(request.raw));
      const principal = await parts.finder.find(credential.value, use);
      if (principal === undefined) return { session: null, installation_name };
      const { token, user } = principal;
      return {
        session: {
          id: token.id,
          expiry: formatTime(token.expiry),
          user: userReply(user, parts.clock.now()),
        },
        installation_name,
      };
    },
  );
}
