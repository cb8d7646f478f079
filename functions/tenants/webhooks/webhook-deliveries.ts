import { z } from 'zod';
import { ServiceError } from '../../../shared/errors';
import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import {
  cursorSchema,
  earliest,
  encodeCursor,
  latest,
  limitSchema,
  momentSchema,
} from '../../../shared/http/parse';
import { findWebhookDelivery } from '../../../shared/sql/webhooks/find-webhook-delivery';
import { listWebhookDeliveries } from '../../../shared/sql/webhooks/list-webhook-deliveries';
import { shorten } from '../../../shared/support/shorten';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { type WebhookDependencies, webhookOf } from './administer-webhooks';

const placeSchema = z
  .tuple([z.int(), z.string().max(100)])
  .transform(([time, attemptId]) => ({ attemptedAt: new Date(time), attemptId }))
  .refine(({ attemptedAt }) => attemptedAt >= earliest && attemptedAt <= latest);

export const deliveryQuerySchema = z.strictObject({
  from: momentSchema.optional(),
  to: momentSchema.default(latest),
  outcome: z
    .enum(['delivered', 'retrying', 'given_up'], 'expected delivered, retrying or given_up')
    .optional(),
  limit: limitSchema(100, 1000),
  cursor: cursorSchema(placeSchema).optional(),
});

/** So long they are kept. In milliseconds. */
const keptMs = 30 * 86_400_000;
/** An event is tried for a day, so what was attempted this long before counts for what is listed. In milliseconds. */
const countedBeforeMs = 2 * 86_400_000;

/** A page of the attempts to deliver to a webhook, youngest first. Throws `webhook_not_found`. */
export async function showDeliveries(
  tenant: TenantLife,
  webhookId: string,
  { from, to, outcome, limit, cursor }: z.output<typeof deliveryQuerySchema>,
  deps: WebhookDependencies,
) {
  const begin = from ?? new Date(deps.now().getTime() - keptMs);
  const parameters = {
    tenant_id: tenant.tenant_id,
    webhook_id: webhookId,
    from: begin,
    counted_from: new Date(Math.max(begin.getTime() - countedBeforeMs, earliest.getTime())),
    to,
    outcome: outcome ?? null,
    until_at: cursor?.attemptedAt ?? null,
    until_id: cursor?.attemptId ?? null,
    // One row more than asked for shows whether there is a next page.
    most: limit + 1,
  };
  const [, rows] = await Promise.all([
    webhookOf(tenant, webhookId, deps),
    rowsOrNone(deps.runStatement(deps.controlDataset, listWebhookDeliveries, parameters)),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasNext = rows.length > limit && last !== undefined;
  return {
    attempts: page.map(({ attempt_id, attempted_at, ...row }) => ({
      ...row,
      attempted_at: attempted_at.toISOString(),
    })),
    next_cursor: hasNext ? encodeCursor([last.attempted_at.getTime(), last.attempt_id]) : null,
  };
}

/** Lets an event be delivered again, under the same id. Throws `webhook_not_found` or `delivery_not_found`. */
export async function deliverAgain(
  tenant: TenantLife,
  webhookId: string,
  deliveryId: string,
  deps: WebhookDependencies,
) {
  const parameters = {
    tenant_id: tenant.tenant_id,
    webhook_id: webhookId,
    delivery_id: deliveryId,
    from: new Date(deps.now().getTime() - keptMs),
  };
  const [, [found]] = await Promise.all([
    webhookOf(tenant, webhookId, deps),
    rowsOrNone(deps.runStatement(deps.controlDataset, findWebhookDelivery, parameters)),
  ]);
  if (found === undefined)
    throw new ServiceError('delivery_not_found', `There is no delivery '${shorten(deliveryId)}'`);
  const { event } = found;
  const message = {
    webhook_id: webhookId,
    tenant_id: tenant.tenant_id,
    event,
    kind: 'again',
    since: deps.now(),
  } as const;
  await deps.publishDeliveries([message]);
  return { webhook_id: webhookId, delivery_id: deliveryId };
}
