import { formatTime } from '../rfc3339.ts';
import type { AuditEvent, AuditHead, ChainedAuditEvent } from '../storage/audit-store.ts';
import type { NameOf } from '../users/user-names.ts';

/** Audit events in the API's words. */

function auditEventReply(event: AuditEvent) {
  return {
    chain: event.chain,
    n: event.n,
    time: formatTime(event.time),
    event: event.event,
    subject: event.subject,
    actor: event.actor,
    request_id: event.requestId,
    details: event.details,
    personal: event.personal,
  };
}

/** The ids of whom events speak, for `userNames`. */
export function peopleIn(events: readonly AuditEvent[]): (string | null)[] {
  return events.flatMap(({ subject, actor }) => [subject, actor]);
}

/** With the e-mails, for people. */
export function namedEventReply(event: AuditEvent, nameOf: NameOf) {
  return {
    ...auditEventReply(event),
    subject_email: nameOf(event.subject),
    actor_email: nameOf(event.actor),
  };
}

/** With what it takes to verify the chain. */
export function chainedEventReply(event: ChainedAuditEvent) {
  return {
    ...auditEventReply(event),
    // The text that was hashed has milliseconds always.
    time: new Date(event.time).toISOString(),
    salt: hexOrNull(event.salt),
    personal_digest: hexOrNull(event.personalDigest),
    hash: hex(event.hash),
  };
}

export function headReply(head: AuditHead) {
  return {
    chain: head.chain,
    n: head.n,
    hash: hex(head.hash),
    time: new Date(head.time).toISOString(),
    base_n: head.baseN,
    base_hash: hex(head.baseHash),
    key_id: head.keyId,
    signature: hex(head.signature),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function hexOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : hex(bytes);
}
