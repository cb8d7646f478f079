import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import type { Log } from '../../shared/log';
import { disableWebhook } from '../../shared/sql/webhooks/disable-webhook';
import { noteWebhookHealth } from '../../shared/sql/webhooks/note-webhook-health';
import type { WebhookRow } from '../../shared/sql/webhooks/webhook-row';
import { createBoundedMap } from '../../shared/support/bounded-map';
import type { Clock } from '../../shared/support/clock';
import type { Announce } from '../../shared/tenants/announce';
import { webhookDisabled } from '../../shared/tenants/rules/tenant-events';
import { type DeliveryAnswer, longestFailingMs } from '../../shared/webhooks/rules/delivery-verdict';
import type { KnownWebhooks } from './known-webhooks';

export interface EndpointHealthDependencies {
  readonly runStatement: RunStatement;
  readonly controlDataset: string;
  readonly announce: Announce;
  readonly webhooks: KnownWebhooks;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Notes whether an endpoint takes what it is sent. One that is gone (410) is disabled at once, and one that has taken
 * nothing for five days; its owner is told by `webhook.disabled`. Never throws: a delivery is not repeated because of
 * it.
 */
export type JudgeEndpoint = (webhook: WebhookRow, answer: DeliveryAnswer) => Promise<void>;

/** An endpoint that fails now and then costs a statement at most so often in an instance. In milliseconds. */
const betweenNotesMs = 600_000;
const mostRemembered = 10_000;

export function createJudgeEndpoint(deps: EndpointHealthDependencies): JudgeEndpoint {
  const { runStatement, controlDataset, webhooks, clock, log } = deps;
  const failureNotedAt = createBoundedMap<number>(mostRemembered);

  const note = async ({ webhook_id }: WebhookRow, failing_since: Date | null): Promise<void> => {
    webhooks.note(webhook_id, { failing_since });
    await runStatement(controlDataset, noteWebhookHealth, { webhook_id, failing_since });
  };

  async function disable(webhook: WebhookRow, reason: 'gone' | 'failing', now: Date): Promise<void> {
    const { webhook_id, tenant_id } = webhook;
    const { affectedRows } = await runStatement(controlDataset, disableWebhook, {
      webhook_id,
      reason,
      failing_before: reason === 'gone' ? null : new Date(now.getTime() - longestFailingMs),
      now,
    });
    // Somebody else has disabled it, or has delivered something meanwhile: then it begins to fail anew.
    if (affectedRows === 0) return reason === 'gone' ? undefined : note(webhook, null);
    webhooks.note(webhook_id, { state: 'disabled', reason });
    log('WARNING', 'A webhook is disabled', { tenant_id, webhook_id, reason });
    const { onboarding_id, description, url } = webhook;
    const { host } = new URL(url);
    const disabled = { webhook_id, description, host, reason, disabled_at: now };
    await deps.announce(webhookDisabled({ tenant_id, onboarding_id }, disabled));
  }

  async function judge(webhook: WebhookRow, { failure }: DeliveryAnswer): Promise<void> {
    const { webhook_id, failing_since } = webhook;
    if (failure === null) return failing_since === null ? undefined : note(webhook, null);
    const now = clock.now();
    if (failure === 'gone') return disable(webhook, 'gone', now);
    const notedAt = failureNotedAt.get(webhook_id) ?? Number.NEGATIVE_INFINITY;
    if (clock.monotonicMs() - notedAt < betweenNotesMs) return;
    const isOver = failing_since !== null && now.getTime() - failing_since.getTime() >= longestFailingMs;
    if (failing_since !== null && !isOver) return;
    failureNotedAt.set(webhook_id, clock.monotonicMs());
    return isOver ? disable(webhook, 'failing', now) : note(webhook, now);
  }

  return async (webhook, answer) => {
    try {
      await judge(webhook, answer);
    } catch (error) {
      const { webhook_id, tenant_id } = webhook;
      log('WARNING', 'The state of a webhook could not be noted', { tenant_id, webhook_id, error });
    }
  };
}
