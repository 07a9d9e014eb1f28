import type { Credentials, KnownAccount, KnownEndpoint } from './credentials.ts';
import { CommandError, EXIT } from './exit-codes.ts';

/** What may be done with the endpoints and accounts that are known here. Values in, values out; `credentials.ts` keeps them. */

/** The address that is meant by an alias or an address, known or not. Throws `CommandError` for neither. */
export function addressOf(name: string, { endpoints }: Credentials): string {
  const named = Object.entries(endpoints).find(([, { alias }]) => alias === name);
  if (named !== undefined) return named[0];
  const isWhole = /^https?:\/\/[^/]/i.test(name);
  const text = isWhole ? name : `https://${name}`;
  // Otherwise `htp://host` would be a host named `htp`.
  if ((name.includes(':/') && !isWhole) || !URL.canParse(text)) {
    throw new CommandError(EXIT.usage, `${JSON.stringify(name)} is not an endpoint.`, {
      hint: 'An address like https://login.example.com, or an alias of guardbee endpoints list.',
    });
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new CommandError(EXIT.usage, 'An endpoint must not have a user or password in it.');
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new CommandError(
      EXIT.usage,
      `${JSON.stringify(name)} has more behind its host: the API is at its root.`,
      {
        hint: url.origin,
      },
    );
  }
  return url.origin;
}

/** The same for an endpoint that must be known. */
export function knownAddressOf(name: string, credentials: Credentials): string {
  const address = addressOf(name, credentials);
  if (Object.hasOwn(credentials.endpoints, address)) return address;
  throw new CommandError(EXIT.failed, `${address} is not known here.`, { hint: 'guardbee endpoints list' });
}

/** The account with that e-mail, in whatever case it is typed. */
export function accountOf(
  endpoint: KnownEndpoint | undefined,
  email: string | undefined,
): { email: string; account: KnownAccount } | undefined {
  const wanted = email?.toLowerCase();
  const found = Object.entries(endpoint?.accounts ?? {}).find(([known]) => known.toLowerCase() === wanted);
  return found && { email: found[0], account: found[1] };
}

/** Takes an account up, in place of a token of the same one, and makes it the one in use. */
export function withAccount(
  { endpoints, ...rest }: Credentials,
  address: string,
  { email, account, alias }: { email: string; account: KnownAccount; alias?: string | undefined },
): Credentials {
  const before = endpoints[address];
  const replaced = accountOf(before, email)?.email ?? email;
  const { [replaced]: _before, ...others } = before?.accounts ?? {};
  // Two services with the same name: the first keeps it.
  const taken = Object.entries(endpoints).some(
    ([other, known]) => other !== address && known.alias === alias,
  );
  const entry: KnownEndpoint = {
    alias: alias === undefined || taken ? before?.alias : alias,
    account: email,
    accounts: { ...others, [email]: account },
  };
  return { ...rest, endpoints: { ...endpoints, [address]: entry } };
}

/** Forgets one account. No other takes its place: nobody should act as somebody else without having said so. */
export function withoutAccount(credentials: Credentials, address: string, email: string): Credentials {
  const entry = credentials.endpoints[address];
  const known = accountOf(entry, email);
  if (entry === undefined || known === undefined) return credentials;
  const { [known.email]: _forgotten, ...accounts } = entry.accounts;
  const account = entry.account === known.email ? undefined : entry.account;
  return {
    ...credentials,
    endpoints: { ...credentials.endpoints, [address]: { ...entry, account, accounts } },
  };
}

/** Forgets an endpoint with all its accounts. */
export function withoutEndpoint({ selected, endpoints }: Credentials, address: string): Credentials {
  const { [address]: _forgotten, ...others } = endpoints;
  return { selected: selected === address ? undefined : selected, endpoints: others };
}

/** Makes an endpoint, and with `email` one of its accounts, the one in use. */
export function withSelected(credentials: Credentials, address: string, email?: string): Credentials {
  const entry = credentials.endpoints[address];
  if (entry === undefined || email === undefined) return { ...credentials, selected: address };
  const known = accountOf(entry, email);
  if (known === undefined) {
    throw new CommandError(EXIT.failed, `${email} is not logged in at ${address}.`, {
      hint: `guardbee login ${email} -e ${address}`,
    });
  }
  return {
    selected: address,
    endpoints: { ...credentials.endpoints, [address]: { ...entry, account: known.email } },
  };
}
