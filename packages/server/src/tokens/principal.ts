import type { TokenRecord, UserRecord } from '../storage/records.ts';

/** Who a request acts as, once authenticated. */
export interface Principal {
  readonly user: UserRecord;
  readonly token: PrincipalToken;
}

/** Of a token, what is needed once it has been found: no digest. */
type PrincipalToken = Pick<TokenRecord, 'id' | 'name' | 'created' | 'expiry' | 'scopes'>;
