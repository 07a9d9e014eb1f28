import type { Clock } from '../clock.ts';
import { Refusal } from '../errors.ts';
import { newId } from '../ids.ts';
import type { HashQueue } from '../login/hash-queue.ts';
import { newPassword } from '../login/new-password.ts';
import type { Act, UserRecord } from '../storage/records.ts';
import type { Store } from '../storage/store.ts';
import { canonicalEmail } from './email.ts';

export interface UserParts {
  readonly store: Store;
  readonly hashes: HashQueue;
  readonly clock: Clock;
  /** What the installation is called: no password may be made of it. */
  readonly installationName?: string;
}

export interface NewUser {
  readonly email: string;
  /** Base64, as on the wire. */
  readonly passwordBase64: string;
  /** Milliseconds, null = never. */
  readonly expiry: number | null;
  /** Default: false. Over the network an account starts as an ordinary one. */
  readonly admin?: boolean;
}

/** Makes an account. */
export async function createUser(
  parts: UserParts,
  wanted: NewUser,
  act: Omit<Act, 'time'>,
): Promise<UserRecord> {
  const { email, canonical, password } = check(parts, wanted);
  // Looked up before the hash, so that a repeated call costs nothing; the store decides.
  if ((await parts.store.findUserByEmail(canonical)) !== undefined) throw taken(email);
  const user = await build(parts, { ...wanted, canonical, password });
  if ((await parts.store.createUser(user, { ...act, time: user.created })) === 'email_taken')
    throw taken(email);
  return user;
}

/** Makes the administrator a new installation starts with; `not_first` when there is a user already. */
export async function createFirstAdministrator(
  parts: UserParts,
  wanted: NewUser,
): Promise<UserRecord | 'not_first'> {
  const { canonical, password } = check(parts, wanted);
  const user = await build(parts, { ...wanted, canonical, password, admin: true });
  const outcome = await parts.store.createFirstUser(user, {
    time: user.created,
    actor: null,
    requestId: null,
  });
  return outcome === 'not_first' ? outcome : user;
}

function check(
  { installationName }: UserParts,
  { email, passwordBase64 }: NewUser,
): { email: string; canonical: string; password: string } {
  return { ...checkEmail(email), password: newPassword(passwordBase64, email, installationName) };
}

/** The address and its canonical form. Throws `INVALID_INPUT` when it isn't one we accept. */
export function checkEmail(email: string): { email: string; canonical: string } {
  const canonical = canonicalEmail(email);
  if (canonical === undefined) {
    throw new Refusal('INVALID_INPUT', {
      message: 'The e-mail address is not valid: it must look like name@host, the host in its ASCII form.',
    });
  }
  return { email, canonical };
}

export function taken(email: string): Refusal {
  return new Refusal('RESOURCE_ALREADY_EXISTS', {
    message: `The user with email '${email}' already exists.`,
  });
}

async function build(
  { hashes, clock }: UserParts,
  { email, canonical, password, expiry, admin = false }: NewUser & { canonical: string; password: string },
): Promise<UserRecord> {
  const passwordHash = await hashes.hash(password);
  const created = clock.now();
  return {
    id: newId(),
    email,
    canonicalEmail: canonical,
    passwordHash,
    created,
    expiry,
    admin,
    disabled: false,
    groups: [],
  };
}
