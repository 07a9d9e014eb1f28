/** The system's keyring: GNOME Keyring, KWallet (both by the Secret Service), macOS' Keychain, Windows' Credential Manager. */
export interface Keyring {
  read(endpoint: string, email: string): Promise<string | undefined>;
  write(endpoint: string, email: string, token: string): Promise<void>;
  /** Fine when there is nothing. */
  remove(endpoint: string, email: string): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Undefined where there is none: no library (it is optional), no session bus on Linux (as on a server), or `GUARDBEE_KEYRING=off`. That there
 * is one doesn't mean that it opens: each call may reject.
 */
export async function openKeyring(env: Environment): Promise<Keyring | undefined> {
  if (env.GUARDBEE_KEYRING === 'off') return undefined;
  if (process.platform === 'linux' && !env.DBUS_SESSION_BUS_ADDRESS) return undefined;
  const library = await import('@napi-rs/keyring').catch(() => undefined);
  if (library === undefined) return undefined;
  // Not the kernel's keyring, which the library would fall back to: it forgets at the next boot.
  const entry = (endpoint: string, email: string) =>
    new library.AsyncEntry('guardbee', `${email} at ${endpoint}`, { linux: { store: 'secret-service' } });
  return {
    read: async (endpoint, email) => (await entry(endpoint, email).getPassword()) ?? undefined,
    write: async (endpoint, email, token) => entry(endpoint, email).setPassword(token),
    async remove(endpoint, email) {
      await entry(endpoint, email).deletePassword();
    },
  };
}
