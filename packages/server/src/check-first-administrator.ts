import type { Config } from './config.ts';
import { Refusal } from './errors.ts';
import { newPassword } from './login/new-password.ts';
import { refuse } from './setting-values.ts';
import { SETTINGS } from './settings.ts';

/**
 * Whether a first start would take the administrator's password: all that is known of common ones is loaded for it, which other
 * starts need not wait for. Throws `ConfigError`.
 */
export function checkFirstAdministrator({ firstAdmin, installationName }: Config): void {
  if (firstAdmin?.password === undefined) return;
  const { email, password } = firstAdmin;
  try {
    newPassword(Buffer.from(password).toString('base64'), email, installationName);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw refuse(SETTINGS.adminPassword, password, reasonOf(error));
  }
}

/** Within a sentence that goes on. */
function reasonOf({ message }: Refusal): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '');
}
