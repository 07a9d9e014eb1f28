/** What was done and what requests were for. All of it is beyond v4, and for administrators. */
import type { Model } from './model.ts';
import { defineModel } from './model.ts';

/** One audit event: a fact in the past tense. */
export interface V4AuditEvent {
  /** The chain it is part of; `n` counts 1, 2, 3 … within it. */
  chain?: string | undefined;
  n?: number | undefined;
  time?: string | undefined;
  /** Like `login.succeeded`, `token.revoked`. */
  event?: string | undefined;
  /** The id of the user whom it is about. */
  subject?: string | null | undefined;
  /** null: the user is gone. */
  subject_email?: string | null | undefined;
  /** Alias of `subject_email`. */
  subjectEmail?: string | null | undefined;
  /** The id of the user who did it; null: the service or its operator. */
  actor?: string | null | undefined;
  actor_email?: string | null | undefined;
  /** Alias of `actor_email`. */
  actorEmail?: string | null | undefined;
  request_id?: string | null | undefined;
  /** Alias of `request_id`. */
  requestId?: string | null | undefined;
  /** By the event's own names; as the service sent it. */
  details?: Record<string, unknown> | undefined;
  /** Addresses, e-mails, what the client said of itself; null: nothing, or erased. */
  personal?: Record<string, string> | null | undefined;
}
export const V4AuditEvent: Model<V4AuditEvent> = defineModel('V4AuditEvent', {
  chain: 'String',
  n: 'Number',
  time: 'String',
  event: 'String',
  subject: 'String',
  subject_email: 'String',
  actor: 'String',
  actor_email: 'String',
  request_id: 'String',
  details: Object,
  personal: Object,
});

/** One chain of the audit trail, by its signed end. */
export interface V4AuditChain {
  chain?: string | undefined;
  /** The `n` of its oldest event. */
  first?: number | undefined;
  /** The `n` of its latest event, as it was signed. */
  last?: number | undefined;
  /** When it was signed. */
  time?: string | undefined;
  /** Which key signed. */
  key_id?: string | undefined;
  /** Alias of `key_id`. */
  keyId?: string | undefined;
  /** `whole_end`: its last event is the one that was signed; `unknown_key`, `bad_signature`, `changed`: it is not. */
  state?: string | undefined;
}
export const V4AuditChain: Model<V4AuditChain> = defineModel('V4AuditChain', {
  chain: 'String',
  first: 'Number',
  last: 'Number',
  time: 'String',
  key_id: 'String',
  state: 'String',
});

/** How often something was done in one step of time, by one user of one program, with one outcome. */
export interface V4ActivityCount {
  /** The step's beginning. */
  time?: string | undefined;
  /** `X-Giant-Swarm-Activity` of the requests. */
  activity?: string | undefined;
  /** The program, from its User-Agent. */
  client?: string | undefined;
  user_id?: string | null | undefined;
  /** Alias of `user_id`. */
  userId?: string | null | undefined;
  user_email?: string | null | undefined;
  /** Alias of `user_email`. */
  userEmail?: string | null | undefined;
  /** `ok` below 400, `refused` 4xx, `failed` 5xx. */
  outcome?: string | undefined;
  count?: number | undefined;
  /** Milliseconds, all requests together. */
  total_ms?: number | undefined;
  /** Alias of `total_ms`. */
  totalMs?: number | undefined;
  /** Milliseconds, the slowest. */
  max_ms?: number | undefined;
  /** Alias of `max_ms`. */
  maxMs?: number | undefined;
}
export const V4ActivityCount: Model<V4ActivityCount> = defineModel('V4ActivityCount', {
  time: 'String',
  activity: 'String',
  client: 'String',
  user_id: 'String',
  user_email: 'String',
  outcome: 'String',
  count: 'Number',
  total_ms: 'Number',
  max_ms: 'Number',
});

/** One request that was kept. */
export interface V4RecordedRequest {
  request_id?: string | undefined;
  /** Alias of `request_id`. */
  requestId?: string | undefined;
  time?: string | undefined;
  /** Milliseconds it took. */
  ms?: number | undefined;
  method?: string | undefined;
  /** The route's pattern; `/verify` for what a proxy asked. */
  route?: string | undefined;
  status?: number | undefined;
  outcome?: string | undefined;
  ip?: string | undefined;
  user_id?: string | null | undefined;
  /** Alias of `user_id`. */
  userId?: string | null | undefined;
  user_email?: string | null | undefined;
  /** Alias of `user_email`. */
  userEmail?: string | null | undefined;
  token_id?: string | null | undefined;
  /** Alias of `token_id`. */
  tokenId?: string | null | undefined;
  activity?: string | null | undefined;
  /** Without what may be a secret. */
  command_line?: string | null | undefined;
  /** Alias of `command_line`. */
  commandLine?: string | null | undefined;
  user_agent?: string | null | undefined;
  /** Alias of `user_agent`. */
  userAgent?: string | null | undefined;
  /** The request that a proxy asked about. */
  original?: string | null | undefined;
  /** W3C trace id. */
  trace_id?: string | null | undefined;
  /** Alias of `trace_id`. */
  traceId?: string | null | undefined;
}
export const V4RecordedRequest: Model<V4RecordedRequest> = defineModel('V4RecordedRequest', {
  request_id: 'String',
  time: 'String',
  ms: 'Number',
  method: 'String',
  route: 'String',
  status: 'Number',
  outcome: 'String',
  ip: 'String',
  user_id: 'String',
  user_email: 'String',
  token_id: 'String',
  activity: 'String',
  command_line: 'String',
  user_agent: 'String',
  original: 'String',
  trace_id: 'String',
});

/** Everything known of one request id, the oldest first. */
export interface V4TracedRequest {
  id?: string | undefined;
  requests?: V4RecordedRequest[] | undefined;
  audit_events?: V4AuditEvent[] | undefined;
  /** Alias of `audit_events`. */
  auditEvents?: V4AuditEvent[] | undefined;
}
export const V4TracedRequest: Model<V4TracedRequest> = defineModel('V4TracedRequest', {
  id: 'String',
  requests: [V4RecordedRequest],
  audit_events: [V4AuditEvent],
});
