import type { V4UserListItem } from 'giantswarm';
import { NEVER } from '../lib/times.ts';

/** What holds somebody back, and what they may do. */
export function UserBadges({
  user: { admin, disabled, expiry = NEVER, locked_until: locked },
}: {
  user: V4UserListItem;
}) {
  const isExpired = expiry !== NEVER && Date.parse(expiry) <= Date.now();
  return (
    <span class="badges">
      {admin && <span class="badge badge-accent">Administrator</span>}
      {disabled && <span class="badge badge-bad">Disabled</span>}
      {isExpired && <span class="badge badge-bad">Expired</span>}
      {locked && <span class="badge badge-bad">Locked</span>}
      {!disabled && !isExpired && !locked && <span class="badge badge-good">Active</span>}
    </span>
  );
}
