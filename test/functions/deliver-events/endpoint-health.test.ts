import {
  createEndpointHealth,
  type EndpointHealthDependencies,
} from '../../../functions/deliver-events/endpoint-health';
import { createKnownWebhooks } from '../../../functions/deliver-events/known-webhooks';
import {
  makeWebhook,
  rotateSecret,
  type WebhookDependencies,
} from '../../../functions/tenants/webhooks/administer-webhooks';
import type { TenantEvent } from '../../../shared/definitions/schemas/event-schemas';
import type { WebhookRow } from '../../../shared/sql/webhooks/webhook-row';
import { createWebhookSecrets } from '../../../shared/webhooks/rules/webhook-secret';
import { collectingLog } from '../support/serve';
import { storedWebhookOf, webhookOf } from './webhook-of';

const day = 86_400_000;
const failed = { status: 500, failure: 'bad_status', answer: '' } as const;
const taken = { status: 200, failure: null, answer: '' };

describe('the state of an endpoint', () => {
  /** Statements after which the webhook is as given; null: it is gone. */
  function judging(after: Partial<WebhookRow> | null = {}) {
    const asked: unknown[] = [];
    const told: TenantEvent[] = [];
    const failures: Error[] = [];
    const { log, lines } = collectingLog();
    let now = new Date('2026-11-30T12:00:00Z');
    let monotonicMs = 0;
    const runStatement: EndpointHealthDependencies['runStatement'] = async (
      _dataset,
      { name, row },
      parameters,
    ) => {
      asked.push([name, parameters]);
      const [failure] = failures.splice(0, 1);
      if (failure !== undefined) throw failure;
      const stored = name === 'disable-webhook' && after !== null ? [storedWebhookOf(after)] : [];
      return { rows: stored.map((one) => row.parse(one)), affectedRows: 0, location: 'US' };
    };
    const { judge, tellDisabled } = createEndpointHealth({
      runStatement,
      controlDataset: 'control',
      publishEvents: async (events) => void told.push(...events),
      webhooks: createKnownWebhooks(
        async () => [],
        () => 0,
      ),
      clock: { now: () => now, monotonicMs: () => monotonicMs },
      log,
    });
    const pass = (ms: number) => {
      now = new Date(now.getTime() + ms);
      monotonicMs += ms;
    };
    return { judge, tellDisabled, asked, told, lines, failures, pass, begin: now };
  }

  it('costs nothing while it is well, and one statement when it begins or ceases to fail', async () => {
    const { judge, asked, begin } = judging();
    await judge(webhookOf(), taken);
    expect(asked).toEqual([]);
    await judge(webhookOf(), failed);
    expect(asked).toEqual([['note-webhook-health', { webhook_id: 'w-1', failing_since: begin }]]);
    await judge(webhookOf({ failing_since: begin }), taken);
    expect(asked[1]).toEqual(['note-webhook-health', { webhook_id: 'w-1', failing_since: null }]);
  });

  it('that fails now and then is noted every ten minutes at most', async () => {
    const { judge, asked, pass } = judging();
    for (const ms of [0, 1, 599_998, 1, 0]) {
      pass(ms);
      await judge(webhookOf(), failed);
    }
    expect(asked).toHaveLength(2);
  });

  it('is disabled where it has failed for five days, and its owner is told, without its path', async () => {
    const { judge, asked, told, begin, pass } = judging({
      state: 'disabled',
      reason: 'failing',
      updated_at: new Date('2026-11-30T12:00:00.001Z'),
    });
    await judge(webhookOf({ failing_since: new Date(begin.getTime() - 5 * day + 1) }), failed);
    expect(asked).toEqual([]);
    pass(1);
    await judge(webhookOf({ failing_since: new Date(begin.getTime() - 5 * day + 1) }), failed);
    const now = new Date(begin.getTime() + 1);
    const failing_before = new Date(now.getTime() - 5 * day);
    expect(asked).toEqual([
      ['disable-webhook', { webhook_id: 'w-1', reason: 'failing', failing_before, now }],
      ['mark-webhook-told', { webhook_id: 'w-1', now }],
    ]);
    expect(told).toMatchObject([
      {
        type: 'webhook.disabled',
        subject: 'acme',
        data: {
          webhook_id: 'w-1',
          reason: 'failing',
          host: 'hooks.example.com',
          disabled_at: now.toISOString(),
        },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain('secret-path');
  });

  it('begins to fail anew where another instance has delivered something meanwhile', async () => {
    const { judge, asked, told, begin } = judging({ failing_since: new Date('2026-11-20T12:00:00Z') });
    await judge(webhookOf({ failing_since: new Date(begin.getTime() - 6 * day) }), failed);
    expect(asked).toMatchObject([
      ['disable-webhook', { reason: 'failing' }],
      ['note-webhook-health', { failing_since: null }],
    ]);
    expect(told).toEqual([]);
  });

  const gone = { status: 410, failure: 'gone', answer: '' } as const;
  const disabled = { state: 'disabled', reason: 'gone' } as const;

  it('is disabled by 410, and told once, whoever disabled it and whatever is in the way', async () => {
    const first = judging(disabled);
    first.failures.push(new Error('Could not serialize access to table a:b.c due to concurrent update'));
    await first.judge(webhookOf(), gone);
    expect(first.asked).toMatchObject([
      ['disable-webhook', { reason: 'gone', failing_before: null }],
      ['disable-webhook', { reason: 'gone', failing_before: null }],
      ['mark-webhook-told', { webhook_id: 'w-1' }],
    ]);
    expect(first.told).toHaveLength(1);
    const second = judging({ ...disabled, disabled_told_at: new Date() });
    await second.judge(webhookOf(), gone);
    const deleted = judging(null);
    await deleted.judge(webhookOf(), gone);
    expect([second.asked.length, second.told, deleted.asked.length, deleted.told]).toEqual([1, [], 1, []]);
  });

  it('that is disabled is told by whoever sees that it was not, as the same event', async () => {
    const { judge, tellDisabled, told, asked } = judging(disabled);
    await judge(webhookOf(), gone);
    const other = judging();
    await other.tellDisabled(webhookOf(disabled));
    expect(other.told).toEqual(told);
    asked.length = 0;
    await tellDisabled(webhookOf());
    await tellDisabled(webhookOf({ state: 'paused' }));
    await tellDisabled(webhookOf({ ...disabled, disabled_told_at: new Date() }));
    // It begins to be told so often at most, whatever the instance knows of what became of that.
    await tellDisabled(webhookOf(disabled));
    expect([told.length, asked]).toEqual([1, []]);
  });

  it('that cannot be noted is in the log, and nothing else comes of it', async () => {
    const { judge, lines, failures } = judging();
    failures.push(new Error('away'));
    await judge(webhookOf(), failed);
    expect(lines).toMatchObject([{ severity: 'WARNING', webhook_id: 'w-1' }]);
  });
});

it('a deployment without a secret for them makes no webhooks, and rotates none', async () => {
  const never = () => Promise.reject(new Error('asked'));
  const deps: WebhookDependencies = {
    runStatement: never,
    controlDataset: 'control',
    ensureControl: never,
    webhookSecrets: undefined,
    publishDeliveries: never,
    now: () => new Date(),
    newId: () => 'w-1',
  };
  const tenant = { tenant_id: 'acme', onboarding_id: null };
  const refusal = { code: 'unavailable', detail: expect.stringContaining('WEBHOOK_SECRET') };
  const given = { url: 'https://hooks.example.com/', event_types: [] };
  await expect(makeWebhook(tenant, given, 'admin', deps)).rejects.toMatchObject(refusal);
  await expect(rotateSecret(tenant, 'w-1', { overlap_seconds: 0 }, deps)).rejects.toMatchObject(refusal);
});

describe('the rotation of a secret', () => {
  const now = new Date('2026-11-30T12:00:00Z');
  const tenant = { tenant_id: 'acme', onboarding_id: null };
  /** @param before the webhook, as it is found @param after and after the statement that changed so many rows */
  const rotating = (
    overlap_seconds: number,
    before: Partial<WebhookRow>,
    affectedRows = 1,
    after: Partial<WebhookRow> | null = before,
  ) => {
    const found = [before, after];
    const deps: WebhookDependencies = {
      runStatement: async (_dataset, { name, row }) => {
        if (name === 'rotate-webhook-secret') return { rows: [], affectedRows, location: 'US' };
        const [next = null] = found.splice(0, 1);
        const rows = next === null ? [] : [row.parse(storedWebhookOf(next))];
        return { rows, affectedRows: 0, location: 'US' };
      },
      controlDataset: 'control',
      ensureControl: async () => undefined,
      webhookSecrets: createWebhookSecrets('secret-of-the-deployment-of-this-test'),
      publishDeliveries: async () => undefined,
      now: () => now,
      newId: () => 'w-1',
    };
    return rotateSecret(tenant, 'w-1', { overlap_seconds }, deps);
  };

  it('that changed nothing tells what is there now, or that there is nothing', async () => {
    const until = new Date(now.getTime() + 60_000);
    const meanwhile = { secret_version: 2, previous_secret_until: until };
    const [own, other] = [await rotating(60, {}), await rotating(3600, {}, 0, meanwhile)];
    expect(own).toEqual({ ...own, secret_version: 2, previous_secret_until: until.toISOString() });
    expect(other).toEqual(own);
    await expect(rotating(60, {}, 0, null)).rejects.toMatchObject({ code: 'webhook_not_found' });
  });

  it('is refused while the secret before still signs, unless it is to end that', async () => {
    const going = { secret_version: 2, previous_secret_until: new Date(now.getTime() + 1) };
    await expect(rotating(60, going)).rejects.toMatchObject({ code: 'secret_rotating' });
    expect(await rotating(0, going)).toMatchObject({ secret_version: 3 });
    expect(await rotating(60, { ...going, previous_secret_until: now })).toMatchObject({ secret_version: 3 });
  });
});
