/** What can be done about a database that is older than its anchor: see `after-restore.ts`. */
export const AFTER_RESTORE = ['revoke-all', 'replay'] as const;

export type AfterRestore = (typeof AFTER_RESTORE)[number];
