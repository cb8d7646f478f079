import type { BigQuery } from '@google-cloud/bigquery';
import type { Log } from '../../../log';
import { type WebhookRow, webhookRow } from '../../../sql/webhooks/webhook-row';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

/**
 * All webhooks of the control dataset, by tabledata.list, which is free of charge. It may see an older state than a
 * statement does. None where there is no such table. A row that cannot be read is left out, and logged: one tenant's
 * concerns no other.
 */
export type ReadWebhooks = () => Promise<readonly WebhookRow[]>;

/** In milliseconds. */
const longestReadMs = 12_000;

export const createReadWebhooks =
  (bigquery: BigQuery, controlDataset: string, log: Log): ReadWebhooks =>
  async () => {
    try {
      const asked = bigquery.dataset(controlDataset).table('webhooks').getRows();
      const [rows] = await within(longestReadMs, 'BigQuery', asked);
      return rows.flatMap((row: unknown) => {
        const parsed = webhookRow.safeParse(row);
        if (parsed.success) return [parsed.data];
        log('ERROR', 'A webhook cannot be read: nothing is delivered to it', { error: parsed.error });
        return [];
      });
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
