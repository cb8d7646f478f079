import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { ServiceError } from '../../../shared/errors';
import { isNotFound } from '../../../shared/google/bigquery/failures';
import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import type {
  RunStatement,
  StatementOutcome,
} from '../../../shared/google/bigquery/statements/run-statement';
import type { PublishDeliveries } from '../../../shared/google/pubsub/publish-deliveries';
import { tagOfVersion, type WantedVersions } from '../../../shared/http/headers/entity-tags';
import type { ParameterTypes, Statement, StatementParameters } from '../../../shared/sql/define-statement';
import { changeWebhook } from '../../../shared/sql/webhooks/change-webhook';
import { deleteWebhook } from '../../../shared/sql/webhooks/delete-webhook';
import { insertWebhook } from '../../../shared/sql/webhooks/insert-webhook';
import { listWebhooks } from '../../../shared/sql/webhooks/list-webhooks';
import { rotateWebhookSecret } from '../../../shared/sql/webhooks/rotate-webhook-secret';
import type { WebhookRow } from '../../../shared/sql/webhooks/webhook-row';
import { retrying } from '../../../shared/support/retry';
import { shorten } from '../../../shared/support/shorten';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { deliveryIdOf, testEvent } from '../../../shared/webhooks/rules/delivery-message';
import type {
  NewWebhook,
  secretRotationSchema,
  WebhookChange,
} from '../../../shared/webhooks/rules/webhook-request';
import type { WebhookSecrets } from '../../../shared/webhooks/rules/webhook-secret';
import { tenantPolicy } from '../administer-tenant';
import { changeVersion } from '../versioned-change';

export interface WebhookDependencies {
  readonly runStatement: RunStatement;
  /** The dataset of webhooks and of the log of their deliveries. */
  readonly controlDataset: string;
  /** Makes that dataset's tables, where they are not there yet. */
  readonly ensureControl: () => Promise<void>;
  /** Absent: the deployment has no secret from which those of webhooks could follow. */
  readonly webhookSecrets: WebhookSecrets | undefined;
  readonly publishDeliveries: PublishDeliveries;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** How many a tenant may have. */
const mostWebhooks = 20;

/**
 * Makes a webhook. Its secret is told here, and when it is rotated, and stored nowhere. Throws `too_many_webhooks`, or
 * `unavailable` where the deployment has no secret for them.
 */
export async function makeWebhook(
  tenant: TenantLife,
  { url, event_types, description }: NewWebhook,
  createdBy: string,
  deps: WebhookDependencies,
) {
  const { secretOf } = requireSecrets(deps);
  const webhookId = deps.newId();
  const parameters = {
    webhook_id: webhookId,
    tenant_id: tenant.tenant_id,
    onboarding_id: tenant.onboarding_id,
    url,
    event_types,
    description: description ?? null,
    created_by: createdBy,
    now: deps.now(),
    most: mostWebhooks,
  };
  const insert = () => inControl(deps, insertWebhook, parameters);
  const { rows } = await insert().catch(async (error: unknown) => {
    if (!isNotFound(error)) throw error;
    await deps.ensureControl();
    return insert();
  });
  const [row] = rows;
  if (row === undefined) {
    throw new ServiceError(
      'too_many_webhooks',
      `A tenant can have ${mostWebhooks} webhooks: delete one of them first`,
    );
  }
  return { ...shownWebhook(row), secret: secretOf(webhookId, row.secret_version) };
}

/** The tenant's webhooks, oldest first, without secrets. */
export async function showWebhooks(tenant: TenantLife, deps: WebhookDependencies) {
  const rows = await rowsOf(tenant, null, deps);
  return { webhooks: rows.map(shownWebhook) };
}

/** Throws `webhook_not_found`. */
export const showWebhook = async (tenant: TenantLife, webhookId: string, deps: WebhookDependencies) =>
  shownWebhook(await webhookOf(tenant, webhookId, deps));

/**
 * Resolves to the webhook before and after it. Throws `webhook_not_found`, or `precondition_failed` where its version is
 * not one that is wanted.
 */
export async function alterWebhook(
  tenant: TenantLife,
  webhookId: string,
  given: WebhookChange,
  wanted: WantedVersions,
  deps: WebhookDependencies,
) {
  const { url, event_types, description, state } = given;
  const now = deps.now();
  const { before, after } = await changeVersion({
    read: () => webhookOf(tenant, webhookId, deps),
    versionOf: versionOfWebhook,
    wanted,
    what: 'webhook',
    change: async (seen) => {
      const version = seen.version ?? 0;
      const { rows } = await inControl(deps, changeWebhook, {
        tenant_id: tenant.tenant_id,
        webhook_id: webhookId,
        version,
        url: url ?? null,
        sets_event_types: event_types !== undefined,
        event_types: event_types ?? [],
        sets_description: description !== undefined,
        description: description ?? null,
        state: state ?? null,
        now,
      });
      const [row] = rows;
      if (row === undefined) throw webhookNotFound(webhookId);
      // A rotation of its secret, which is no change of its version, may have come right behind.
      const isOfNow =
        row.updated_at.getTime() === now.getTime() || row.secret_version !== seen.secret_version;
      return row.version === version + 1 && isOfNow && hasWhatWasSet(row, given) ? row : undefined;
    },
  });
  return { before: shownWebhook(before), after: shownWebhook(after) };
}

/** Of two changes in the same millisecond each is known by what it set. */
const hasWhatWasSet = (row: WebhookRow, { url, event_types, description, state }: WebhookChange): boolean =>
  (url === undefined || row.url === url) &&
  (event_types === undefined || isDeepStrictEqual(row.event_types, event_types)) &&
  (description === undefined || row.description === description) &&
  (state === undefined || row.state === state);

/** Nothing is delivered to it from a minute later on at the latest. Throws as alterWebhook does. */
export async function removeWebhook(
  tenant: TenantLife,
  webhookId: string,
  wanted: WantedVersions,
  deps: WebhookDependencies,
) {
  const { before } = await changeVersion({
    read: () => webhookOf(tenant, webhookId, deps),
    versionOf: versionOfWebhook,
    wanted,
    what: 'webhook',
    change: async (seen) => {
      const asked = { tenant_id: tenant.tenant_id, webhook_id: webhookId, version: seen.version ?? 0 };
      const { affectedRows } = await inControl(deps, deleteWebhook, asked);
      if (affectedRows > 0) return seen;
      // Somebody has changed it meanwhile; or it is gone, maybe by what this call has done, unanswered at first.
      const [found] = await rowsOf(tenant, webhookId, deps);
      return found === undefined ? seen : undefined;
    },
  });
  return { before: shownWebhook(before) };
}

/**
 * The next secret, which follows from the version before it: so two that rotate at the same time are told the same one.
 * While the secret before still signs, only a rotation without an overlap ends that: whoever has not taken the new one
 * yet would get what it cannot verify. Throws `webhook_not_found`, `secret_rotating`, or `unavailable` as makeWebhook
 * does.
 */
export async function rotateSecret(
  tenant: TenantLife,
  webhookId: string,
  { overlap_seconds }: z.output<typeof secretRotationSchema>,
  deps: WebhookDependencies,
) {
  const { secretOf } = requireSecrets(deps);
  const { secret_version, previous_secret_until } = await webhookOf(tenant, webhookId, deps);
  const now = deps.now();
  if (previous_secret_until !== null && previous_secret_until > now && overlap_seconds > 0) {
    throw new ServiceError(
      'secret_rotating',
      `The secret before this one signs until ${previous_secret_until.toISOString()}: expected a rotation after that, or overlap_seconds 0, which ends it at once`,
    );
  }
  const previousUntil = new Date(now.getTime() + overlap_seconds * 1000);
  const { affectedRows } = await inControl(deps, rotateWebhookSecret, {
    tenant_id: tenant.tenant_id,
    webhook_id: webhookId,
    secret_version,
    previous_until: previousUntil,
    now,
  });
  // Somebody has rotated it meanwhile, or deleted it; or it is what this call has done, unanswered at first.
  const after =
    affectedRows === 0
      ? await webhookOf(tenant, webhookId, deps)
      : { secret_version: secret_version + 1, previous_secret_until: previousUntil };
  return {
    webhook_id: webhookId,
    secret: secretOf(webhookId, after.secret_version),
    secret_version: after.secret_version,
    previous_secret_until: (after.previous_secret_until ?? previousUntil).toISOString(),
  };
}

/** Lets an event that says nothing be delivered, on the way of all others. Throws `webhook_not_found`. */
export async function tryWebhook(tenant: TenantLife, webhookId: string, deps: WebhookDependencies) {
  await webhookOf(tenant, webhookId, deps);
  const now = deps.now();
  const event = testEvent(webhookId, tenant.tenant_id, deps.newId(), now);
  await deps.publishDeliveries([
    {
      webhook_id: webhookId,
      tenant_id: tenant.tenant_id,
      event: JSON.stringify(event),
      kind: 'test',
      since: now,
    },
  ]);
  return { webhook_id: webhookId, delivery_id: deliveryIdOf(event.id, webhookId), event_id: event.id };
}

const versionOfWebhook = ({ version }: WebhookRow): string => String(version ?? 0);

/** A webhook as the API shows it. */
export const shownWebhook = (row: WebhookRow) => ({
  webhook_id: row.webhook_id,
  etag: tagOfVersion(versionOfWebhook(row)),
  url: row.url,
  event_types: row.event_types,
  description: row.description,
  state: row.state,
  reason: row.reason,
  failing_since: row.failing_since?.toISOString() ?? null,
  secret_version: row.secret_version,
  previous_secret_until: row.previous_secret_until?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  created_by: row.created_by,
  updated_at: row.updated_at.toISOString(),
});

/** Throws `webhook_not_found`, for another tenant's webhook as well, and for one of the tenant's life before. */
export async function webhookOf(
  tenant: TenantLife,
  webhookId: string,
  deps: WebhookDependencies,
): Promise<WebhookRow> {
  const [row] = await rowsOf(tenant, webhookId, deps);
  if (row === undefined) throw webhookNotFound(webhookId);
  return row;
}

const webhookNotFound = (webhookId: string) =>
  new ServiceError('webhook_not_found', `There is no webhook '${shorten(webhookId)}'`);

const rowsOf = (tenant: TenantLife, webhookId: string | null, deps: WebhookDependencies) =>
  rowsOrNone(inControl(deps, listWebhooks, { ...tenant, webhook_id: webhookId }));

function inControl<Types extends ParameterTypes, Row>(
  { runStatement, controlDataset }: WebhookDependencies,
  statement: Statement<Types, Row>,
  parameters: StatementParameters<Statement<Types, Row>>,
): Promise<StatementOutcome<Row>> {
  return retrying(tenantPolicy, () => runStatement(controlDataset, statement, parameters));
}

function requireSecrets({ webhookSecrets }: WebhookDependencies): WebhookSecrets {
  if (webhookSecrets !== undefined) return webhookSecrets;
  throw new ServiceError('unavailable', 'This deployment has no webhooks: it has no WEBHOOK_SECRET');
}
