import { z } from 'zod';
import { string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';

/**
 * Rows of the audit log, youngest first, from the control dataset. A filter that is NULL lets all pass.
 * `until_at` and `until_id` are the place after which the page begins. It bounds the partitions that are read by a
 * condition of its own: one inside an OR does not.
 */
export const listAuditLog = defineStatement({
  name: 'list-audit-log',
  sql: `
SELECT audit_id, occurred_at, request_id, actor_kind, actor, address, operation, tenant_id, target, before, after
FROM audit_log
WHERE occurred_at >= @from
  AND occurred_at < @to
  AND occurred_at <= IFNULL(@until_at, @to)
  AND (@tenant_id IS NULL OR tenant_id = @tenant_id)
  AND (@action IS NULL OR operation = @action)
  AND (@actor IS NULL OR actor = @actor)
  AND (@until_at IS NULL OR occurred_at < @until_at OR (occurred_at = @until_at AND audit_id < @until_id))
ORDER BY occurred_at DESC, audit_id DESC
LIMIT @most`,
  parameters: {
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    tenant_id: 'STRING',
    action: 'STRING',
    actor: 'STRING',
    until_at: 'TIMESTAMP',
    until_id: 'STRING',
    most: 'INT64',
  },
  row: z.object({
    audit_id: string,
    occurred_at: timestamp,
    request_id: string.nullable(),
    actor_kind: string,
    actor: string,
    address: string.nullable(),
    operation: string,
    tenant_id: string.nullable(),
    target: string.nullable(),
    before: string.nullable(),
    after: string.nullable(),
  }),
});
