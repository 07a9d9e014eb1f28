import { auditApi, doing } from '../lib/api.ts';
import { useLoad } from '../lib/use-load.ts';
import { Failure } from '../ui/states.tsx';
import { When } from '../ui/when.tsx';

const STATES: Record<string, string> = {
  whole_end: 'Signed to its end',
  unknown_key: 'Signed with a key that this service does not know',
  bad_signature: 'The signature is not genuine',
  changed: 'The last event is not the one that was signed',
};

/** Whether the trail ends where it was signed to end; the rest only a recomputation can tell. */
export function AuditChains() {
  const { data, error, reload } = useLoad('chains', (signal) =>
    auditApi.getAuditChains({ ...doing('show-audit-chains'), signal }),
  );
  if (error !== undefined) return <Failure error={error} retry={reload} />;
  return (
    <section class="card chain-states" aria-label="State of the chains" aria-busy={data === undefined}>
      <ul>
        {(data ?? []).map(({ chain, first = 0, last = 0, time, state = '' }) => (
          <li key={chain}>
            <span class={`badge ${state === 'whole_end' ? 'badge-good' : 'badge-bad'}`}>
              {STATES[state] ?? state}
            </span>
            <span>
              Chain <code>{chain}</code>: {(last - first + 1).toLocaleString()} events, the last one{' '}
              <When time={time} />
            </span>
          </li>
        ))}
      </ul>
      <p class="hint">
        Whether all of it is whole: <code>guardbee audit verify</code>, from an export or the service.
      </p>
    </section>
  );
}
