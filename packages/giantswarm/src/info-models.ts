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
