import type { V4AuditEvent } from 'giantswarm';

const PERSONAL: Record<string, string> = {
  ip: 'From',
  user_agent: 'Program',
  activity: 'Activity',
  command_line: 'Command line',
  email: 'E-mail',
};

/** Details are text, numbers, truths, nothing, or lists of text. */
function inWords(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** What an audit event says, by its own names: whatever it is, it is text. */
export function EventFacts({ event }: { event: V4AuditEvent }) {
  const facts = [
    ['About', event.subject_email ?? event.subject],
    ['By', event.actor_email ?? event.actor ?? 'The service or its operator'],
    ...Object.entries(event.details ?? {}).map(([name, value]) => [
      name.replaceAll('_', ' '),
      inWords(value),
    ]),
    ...Object.entries(event.personal ?? {}).map(([name, value]) => [
      PERSONAL[name] ?? name.replaceAll('_', ' '),
      value,
    ]),
    ['Chain', `${event.chain}, event ${event.n}`],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  return (
    <dl class="facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {event.personal === null && (
        <div>
          <dt>Personal</dt>
          <dd class="muted">Nothing, or erased</dd>
        </div>
      )}
    </dl>
  );
}
