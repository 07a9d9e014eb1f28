/**
 * Every audit event there is: a closed list, with what each one says. `docs/audit-events.md` is held against it by a
 * test. An event is a fact in the past tense, written in the transaction of the act: no event, no act.
 *
 * `subject` is the user whom it is about, `actor` the user who did it (null: the service itself or its operator).
 */
export const AUDIT_EVENTS = {
  'login.succeeded': 'A password was right, and a token was issued.',
  'login.failed': 'A password was wrong, or its account unknown or disabled; the reason is in the details.',
  'token.revoked': 'One token was ended; the cause is in the details.',
  'tokens.revoked': "Several of a user's tokens were ended at once; how many is in the details.",
  'tokens.swept': 'Tokens that had died by expiry or policy were ended; how many is in the details.',
  'user.created': 'An account was made.',
  'user.imported': 'An account was taken over from elsewhere, with the hash of its password.',
  'user.modified': 'An account was changed; which fields is in the details.',
  'user.deleted': 'An account was removed, and its tokens ended.',
  'user.erased': 'What is personal about an account was removed from the records.',
  'user.locked': 'Too many wrong passwords in a row: the account is closed to unknown devices for a time.',
  'user.unlocked': 'An account was opened again to unknown devices.',
  'password.changed': 'A user changed their own password.',
  'password.reset': 'Somebody else set a new password.',
  'password.rehashed': 'The same password was put under stronger parameters.',
  'keys.added': 'The service was started with digest keys that were not known before.',
  'audit.pruned': 'Old audit events were removed, as the retention says.',
  'database.restored':
    'The service was started on a database older than its anchor; what was chosen and done about it is in the details.',
  'database.moved': 'Everything was taken over from another database; from which kind is in the details.',
} as const satisfies Record<string, string>;

export type AuditEventName = keyof typeof AUDIT_EVENTS;
