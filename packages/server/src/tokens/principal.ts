import type { TokenRecord, UserRecord } from '../storage/records.ts';

/** Who a request acts as, once authenticated. */
export interface Principal {
  readonly user: UserRecord;
  readonly token: TokenRecord;
}
