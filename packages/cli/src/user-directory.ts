import type { ShownUser } from './show-user.ts';

/** What an administrator may change about an account; `expiry` is an RFC 3339 time. */
interface UserChange {
  readonly expiry?: string;
  readonly admin?: boolean;
  readonly disabled?: boolean;
  /** Replaces all groups. */
  readonly groups?: string[];
}

/** Where the users' commands act: at a service over the network, or offline on its data directory. */
export interface UserDirectory {
  list(): Promise<ShownUser[]>;
  show(email: string): Promise<ShownUser>;
  create(user: {
    email: string;
    passwordBase64: string;
    expiry: string | undefined;
    admin: boolean;
  }): Promise<void>;
  /** `askCurrent` is called when the service wants to be told the current password: for one's own account. */
  setPassword(email: string, passwordBase64: string, askCurrent: () => Promise<string>): Promise<void>;
  /** Answers what is there now. */
  modify(email: string, change: UserChange): Promise<ShownUser>;
  remove(email: string): Promise<void>;
  /** Removes the user, and what is personal about them from everything that is kept of the past. */
  erase(email: string): Promise<void>;
  /** Opens an account again that too many wrong passwords have closed. */
  unlock(email: string): Promise<void>;
  close(): Promise<void>;
}
