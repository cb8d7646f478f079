import type { OperationId } from '../http/access';

/** Whose call it was: an admin's by key, a person's, or a tenant's by key or by a token of that. */
export interface Actor {
  readonly kind: 'admin' | 'person' | 'key' | 'token';
  /** A name, an e-mail address, or the id of a key. */
  readonly id: string;
}

type Told = string | number | boolean | null | readonly string[] | Date | undefined;

/** What a call has changed. Handlers name each field, so that no key gets in by itself. */
export interface Change {
  /** null: it concerns more than one. */
  readonly tenantId: string | null;
  /** What it concerns besides the tenant: the id of a key, of a run or of an operation. */
  readonly target?: string | undefined;
  /** As it was last seen. Absent: there was nothing. */
  readonly before?: Readonly<Record<string, Told>> | undefined;
  readonly after?: Readonly<Record<string, Told>> | undefined;
}

export interface AuditEntry extends Change {
  readonly auditId: string;
  readonly occurredAt: Date;
  readonly requestId: string | undefined;
  readonly actor: Actor;
  readonly address: string;
  readonly operation: OperationId;
}

/** The entry as a row of `audit_log`. */
export const auditRow = (entry: AuditEntry) => ({
  audit_id: entry.auditId,
  occurred_at: entry.occurredAt.toISOString(),
  request_id: entry.requestId ?? null,
  actor_kind: entry.actor.kind,
  actor: entry.actor.id,
  address: entry.address,
  operation: entry.operation,
  tenant_id: entry.tenantId,
  target: entry.target ?? null,
  before: entry.before === undefined ? null : JSON.stringify(entry.before),
  after: entry.after === undefined ? null : JSON.stringify(entry.after),
});
