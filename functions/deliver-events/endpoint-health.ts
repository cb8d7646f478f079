import { isRetryable } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { PublishTenantEvents } from '../../shared/google/pubsub/publish-tenant-events';
import type { Log } from '../../shared/log';
import { disableWebhook } from '../../shared/sql/webhooks/disable-webhook';
import { markWebhookTold } from '../../shared/sql/webhooks/mark-webhook-told';
import { noteWebhookHealth } from '../../shared/sql/webhooks/note-webhook-health';
import type { WebhookRow } from '../../shared/sql/webhooks/webhook-row';
import { createBoundedMap } from '../../shared/support/bounded-map';
import type { Clock } from '../../shared/support/clock';
import { retrying } from '../../shared/support/retry';
import { webhookDisabled } from '../../shared/tenants/rules/tenant-events';
import { type DeliveryAnswer, longestFailingMs } from '../../shared/webhooks/rules/delivery-verdict';
import type { KnownWebhooks } from './known-webhooks';

export interface EndpointHealthDependencies {
  readonly runStatement: RunStatement;
  readonly controlDataset: string;
  readonly publishEvents: PublishTenantEvents;
  readonly webhooks: KnownWebhooks;
  readonly clock: Clock;
  readonly log: Log;
}

/** Neither of them throws: a delivery is not repeated because of it. */
export interface EndpointHealth {
  /**
   * Notes whether an endpoint takes what it is sent. One that is gone (410) is disabled at once, and one that has taken
   * nothing for five days; its owner is told by `webhook.disabled`.
   */
  readonly judge: (webhook: WebhookRow, answer: DeliveryAnswer) => Promise<void>;
  /**
   * Tells of a webhook that it is disabled, unless it is not, or that was told: whoever disabled it may have died before
   * that. Told twice, it is the same event.
   */
  readonly tellDisabled: (webhook: WebhookRow) => Promise<void>;
}

/** An endpoint that fails now and then costs a statement at most so often in an instance. In milliseconds. */
const betweenNotesMs = 600_000;
const mostRemembered = 10_000;
/** Of one statement. In milliseconds. */
const timeoutMs = 10_000;
/** Webhooks share a table, so statements can be in each other's way. In milliseconds. */
const policy = { budgetMs: 8_000, initialBackoffMs: 200, maximumBackoffMs: 2_000, isRetryable };

export function createEndpointHealth(deps: EndpointHealthDependencies): EndpointHealth {
  const { controlDataset, webhooks, clock, log } = deps;
  const failureNotedAt = createBoundedMap<number>(mostRemembered);
  const tellingBegunAt = createBoundedMap<number>(mostRemembered);
  const isRecent = (at: number | undefined): boolean =>
    at !== undefined && clock.monotonicMs() - at < betweenNotesMs;

  const runStatement: RunStatement = (dataset, statement, parameters) =>
    retrying(policy, () => deps.runStatement(dataset, statement, parameters, { timeoutMs }));

  const note = async ({ webhook_id }: WebhookRow, failing_since: Date | null): Promise<void> => {
    webhooks.note(webhook_id, { failing_since });
    await runStatement(controlDataset, noteWebhookHealth, { webhook_id, failing_since });
  };

  /** Whether this statement or another has disabled it is all the same: what counts is how it is now. */
  async function disable(webhook: WebhookRow, reason: 'gone' | 'failing', now: Date): Promise<void> {
    const { webhook_id, tenant_id } = webhook;
    const failing_before = reason === 'gone' ? null : new Date(now.getTime() - longestFailingMs);
    const disabling = { webhook_id, reason, failing_before, now };
    const { rows } = await runStatement(controlDataset, disableWebhook, disabling);
    const [after] = rows;
    if (after === undefined) return;
    webhooks.note(webhook_id, after);
    // Something was delivered meanwhile: it begins to fail anew.
    if (after.state === 'active') return await note(after, null);
    if (after.state === 'disabled') {
      log('WARNING', 'A webhook is disabled', { tenant_id, webhook_id, reason: after.reason });
      await tell(after);
    }
  }

  async function tell(webhook: WebhookRow): Promise<void> {
    const { webhook_id, state, disabled_told_at } = webhook;
    if (state !== 'disabled' || disabled_told_at !== null || isRecent(tellingBegunAt.get(webhook_id))) return;
    tellingBegunAt.set(webhook_id, clock.monotonicMs());
    await deps.publishEvents([disabledEvent(webhook)]);
    const now = clock.now();
    webhooks.note(webhook_id, { disabled_told_at: now });
    await runStatement(controlDataset, markWebhookTold, { webhook_id, now });
  }

  async function judge(webhook: WebhookRow, { failure }: DeliveryAnswer): Promise<void> {
    const { webhook_id, failing_since } = webhook;
    if (failure === null) return failing_since === null ? undefined : note(webhook, null);
    const now = clock.now();
    if (failure === 'gone') return disable(webhook, 'gone', now);
    if (isRecent(failureNotedAt.get(webhook_id))) return;
    const isOver = failing_since !== null && now.getTime() - failing_since.getTime() >= longestFailingMs;
    if (failing_since !== null && !isOver) return;
    failureNotedAt.set(webhook_id, clock.monotonicMs());
    return isOver ? disable(webhook, 'failing', now) : note(webhook, now);
  }

  const orLogged = async ({ webhook_id, tenant_id }: WebhookRow, noting: Promise<void>): Promise<void> => {
    try {
      await noting;
    } catch (error) {
      log('WARNING', 'The state of a webhook could not be noted', { tenant_id, webhook_id, error });
    }
  };
  return {
    judge: (webhook, answer) => orLogged(webhook, judge(webhook, answer)),
    tellDisabled: (webhook) => orLogged(webhook, tell(webhook)),
  };
}

/** A webhook that is disabled was last changed when that happened, so whoever tells it tells the same event. */
function disabledEvent({ onboarding_id, tenant_id, ...webhook }: WebhookRow) {
  const { webhook_id, description, url, updated_at: disabled_at } = webhook;
  const reason = webhook.reason === 'gone' ? 'gone' : 'failing';
  const { host } = new URL(url);
  return webhookDisabled(
    { tenant_id, onboarding_id },
    { webhook_id, description, host, reason, disabled_at },
  );
}
