/** The parts of `GET /v4/info/`. Source: the "Giant Swarm v4 API client" document. */
import type { Model } from './model.ts';
import { defineModel } from './model.ts';

/** Availability zones a cluster may span. */
export interface V4InfoResponseGeneralAvailabilityZones {
  max?: number | undefined;
  default?: number | undefined;
}
export const V4InfoResponseGeneralAvailabilityZones: Model<V4InfoResponseGeneralAvailabilityZones> =
  defineModel('V4InfoResponseGeneralAvailabilityZones', { max: 'Number', default: 'Number' });

/** About the installation. */
export interface V4InfoResponseGeneral {
  /** Its unique name, set by whoever runs it. */
  installation_name?: string | undefined;
  /** Alias of `installation_name`. */
  installationName?: string | undefined;
  /** `guardbee`, or the technical provider of a Giant Swarm installation. */
  provider?: string | undefined;
  /** The data centre or region. */
  datacenter?: string | undefined;
  availability_zones?: V4InfoResponseGeneralAvailabilityZones | undefined;
  /** Alias of `availability_zones`. */
  availabilityZones?: V4InfoResponseGeneralAvailabilityZones | undefined;
}
export const V4InfoResponseGeneral: Model<V4InfoResponseGeneral> = defineModel('V4InfoResponseGeneral', {
  installation_name: 'String',
  provider: 'String',
  datacenter: 'String',
  availability_zones: V4InfoResponseGeneralAvailabilityZones,
});

/** Worker nodes of one cluster; null means no limit. */
export interface V4InfoResponseWorkersCountPerCluster {
  max?: number | null | undefined;
  default?: number | null | undefined;
}
export const V4InfoResponseWorkersCountPerCluster: Model<V4InfoResponseWorkersCountPerCluster> = defineModel(
  'V4InfoResponseWorkersCountPerCluster',
  { max: 'Number', default: 'Number' },
);

/** About worker nodes. */
export interface V4InfoResponseWorkers {
  count_per_cluster?: V4InfoResponseWorkersCountPerCluster | undefined;
  /** Alias of `count_per_cluster`. */
  countPerCluster?: V4InfoResponseWorkersCountPerCluster | undefined;
}
export const V4InfoResponseWorkers: Model<V4InfoResponseWorkers> = defineModel('V4InfoResponseWorkers', {
  count_per_cluster: V4InfoResponseWorkersCountPerCluster,
});

/** What the service is. */
export interface V4InfoResponse {
  general?: V4InfoResponseGeneral | undefined;
  workers?: V4InfoResponseWorkers | undefined;
}
export const V4InfoResponse: Model<V4InfoResponse> = defineModel('V4InfoResponse', {
  general: V4InfoResponseGeneral,
  workers: V4InfoResponseWorkers,
});

/** How the service is doing: counts since the start of the process that answers. Beyond v4. */
export interface V4Status {
  version?: string | undefined;
  /** The service's clock. */
  time?: string | undefined;
  /** When the process started. */
  started?: string | undefined;
  /** Whether it takes requests. */
  ready?: boolean | undefined;
  /** Which process answered: where there are several, the counts are its own. */
  process?: string | undefined;
  /**
   * Of a node among others: `nodes`, `lease_age_ms` (null: none), `revocation_bound_ms`, `waits` by what ended them; null
   * where no other machine uses the database.
   */
  cluster?: Record<string, unknown> | null | undefined;
  /** By outcome: `succeeded`, `refused`, `throttled`, `unavailable`. */
  logins?: Record<string, number> | undefined;
  /** By outcome: `succeeded`, `unavailable`. */
  logouts?: Record<string, number> | undefined;
  /** Requests with a credential, by outcome: `accepted`, `refused`. */
  verifications?: Record<string, number> | undefined;
  /** Computed, for whatever reason. */
  password_hashes?: number | undefined;
  /** Alias of `password_hashes`. */
  passwordHashes?: number | undefined;
  /** Passwords that wait to be hashed, now. */
  hash_queue_waiting?: number | undefined;
  /** Alias of `hash_queue_waiting`. */
  hashQueueWaiting?: number | undefined;
  /** Verifications that were not remembered. */
  token_reads?: number | undefined;
  /** Alias of `token_reads`. */
  tokenReads?: number | undefined;
  /** In memory, now. */
  tokens_remembered?: number | undefined;
  /** Alias of `tokens_remembered`. */
  tokensRemembered?: number | undefined;
  /** Requests that were too many to be kept one by one. */
  request_records_dropped?: number | undefined;
  /** Alias of `request_records_dropped`. */
  requestRecordsDropped?: number | undefined;
}
export const V4Status: Model<V4Status> = defineModel('V4Status', {
  version: 'String',
  time: 'String',
  started: 'String',
  ready: 'Boolean',
  process: 'String',
  cluster: Object,
  logins: Object,
  logouts: Object,
  verifications: Object,
  password_hashes: 'Number',
  hash_queue_waiting: 'Number',
  token_reads: 'Number',
  tokens_remembered: 'Number',
  request_records_dropped: 'Number',
});
