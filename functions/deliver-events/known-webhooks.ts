import type { ReadWebhooks } from '../../shared/google/bigquery/tables/read-webhooks';
import type { WebhookRow } from '../../shared/sql/webhooks/webhook-row';
import { createBoundedMap } from '../../shared/support/bounded-map';

/** What the instance knows of all webhooks: at most a minute old. */
export interface KnownWebhooks {
  readonly ofTenant: (tenantId: string) => Promise<readonly WebhookRow[]>;
  /** Looks again where it is not known, every ten seconds at most: it may be new. */
  readonly find: (webhookId: string) => Promise<WebhookRow | undefined>;
  /** This instance has changed it. */
  readonly note: (webhookId: string, change: Partial<WebhookRow>) => void;
}

/** In milliseconds. */
const longestKnownMs = 60_000;
const longestUnknownMs = 10_000;
const mostUnknown = 10_000;

interface Known {
  readonly readAt: number;
  readonly byId: Map<string, WebhookRow>;
  readonly byTenant: ReadonlyMap<string, readonly string[]>;
}

/** They are read all at once, free of charge: so a tenant without webhooks costs nothing, however many events it has. */
export function createKnownWebhooks(readWebhooks: ReadWebhooks, monotonicMs: () => number): KnownWebhooks {
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;
  /** When it was looked for in vain. A message of a webhook that was deleted may come again and again. */
  const unknownAt = createBoundedMap<number>(mostUnknown);

  /** Whoever asks meanwhile waits for the same. */
  const read = (): Promise<Known> => {
    const readAt = monotonicMs();
    reading ??= readWebhooks()
      .then((rows) => {
        known = { readAt, ...indexed(rows) };
        return known;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const current = async (): Promise<Known> =>
    known !== undefined && monotonicMs() - known.readAt < longestKnownMs ? known : await read();

  return {
    async ofTenant(tenantId) {
      const { byId, byTenant } = await current();
      return (byTenant.get(tenantId) ?? []).flatMap((webhookId) => byId.get(webhookId) ?? []);
    },
    async find(webhookId) {
      const found = (await current()).byId.get(webhookId);
      if (found !== undefined) return found;
      const askedAt = monotonicMs();
      if (askedAt - (unknownAt.get(webhookId) ?? Number.NEGATIVE_INFINITY) < longestUnknownMs)
        return undefined;
      const readAgain = (await read()).byId.get(webhookId);
      if (readAgain === undefined) unknownAt.set(webhookId, askedAt);
      return readAgain;
    },
    note(webhookId, change) {
      const row = known?.byId.get(webhookId);
      if (row !== undefined) known?.byId.set(webhookId, { ...row, ...change });
    },
  };
}

function indexed(rows: readonly WebhookRow[]): Omit<Known, 'readAt'> {
  const byTenant = new Map<string, string[]>();
  for (const { tenant_id, webhook_id } of rows) {
    const own = byTenant.get(tenant_id) ?? [];
    own.push(webhook_id);
    byTenant.set(tenant_id, own);
  }
  return { byTenant, byId: new Map(rows.map((row) => [row.webhook_id, row])) };
}
