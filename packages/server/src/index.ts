/** What others may use of the server: the process, its configuration, and the offline administration. */
export { type ChainReport, type ReadChain, verifyChain } from './audit/verify-chain.ts';
export {
  type Config,
  type Flags,
  type LogLevel,
  readConfig,
  type ShownSetting,
  showSettings,
} from './config.ts';
export { ConfigError } from './config-sources.ts';
export { REFUSALS, Refusal } from './errors.ts';
export { inspectDataDirectory } from './inspect.ts';
export { createLogger } from './log.ts';
export { calibrateHash, type MeasuredHash } from './login/calibrate.ts';
export { type Backup, backUp } from './moving/backup.ts';
export { migrateTo } from './moving/migrate.ts';
export { type Restored, restoreBackup } from './moving/restore.ts';
export { type Offline, openOffline, type UserReply } from './offline.ts';
export { type Service, startService } from './serve.ts';
export type { AuditHead, ChainedAuditEvent } from './storage/audit-store.ts';
export { StoreUnavailable, StoreUnusable } from './storage/store.ts';
export { DigestKeysError } from './tokens/digest-keys.ts';
export type { PlannedEnd, PolicyPlan } from './tokens/policy-plan.ts';
export type { ImportedLine } from './users/import-users.ts';
export { VERSION } from './version.ts';
export { SLOT } from './workers/protocol.ts';
export { linkToPrimary } from './workers/worker-link.ts';
