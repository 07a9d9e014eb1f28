import { join } from 'node:path';
import { type Config, type FirstAdministrator, SELF_SIGNED_CERT } from '@guardbee/server';
import type { Io } from './io.ts';

/** What a start says on stdout, since it is what the start is for. */
export interface Greeting {
  /** At once, whatever becomes of the start: a password that was generated is shown only now. */
  made(first: FirstAdministrator): void;
  listens(url: string, config: Config): void;
}

/** One JSON object a line. */
export function greetingInJson(io: Io): Greeting {
  return {
    made: ({ email, generatedPassword }) =>
      io.out(JSON.stringify({ first_administrator: { email, password: generatedPassword } })),
    listens: (url) => io.out(JSON.stringify({ url })),
  };
}

/** Where it listens, and after a first start the exact next lines to type. */
export function greetingInWords(io: Io): Greeting {
  let first: FirstAdministrator | undefined;
  return {
    made(administrator) {
      first = administrator;
      const { email, generatedPassword } = administrator;
      io.out(`\nThe first administrator has been created:\n\n  e-mail    ${email}`);
      if (generatedPassword !== undefined) io.out(`  password  ${generatedPassword}   (shown only now)`);
    },
    listens(url, { tls, keysDir }) {
      io.out(`\nGuardbee listens on ${url}`);
      if (first === undefined) return;
      const endpoint = url === 'http://127.0.0.1:8420' ? '' : ` -e ${url}`;
      const trust = `  export NODE_EXTRA_CA_CERTS='${join(keysDir, SELF_SIGNED_CERT)}'`;
      io.out(
        [
          '\nIn a second terminal, in this folder:\n',
          ...(tls === 'self-signed' ? [trust] : []),
          `  npx guardbee login ${first.email}${endpoint}`,
          '  npx guardbee whoami',
          '  npx guardbee logout',
          '',
        ].join('\n'),
      );
    },
  };
}
