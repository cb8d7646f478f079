import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { type WebhookRow, webhookRow } from '../../../sql/webhooks/webhook-row';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

/**
 * All webhooks of the control dataset, by tabledata.list, which is free of charge. It may see an older state than a
 * statement does. None where there is no such table.
 */
export type ReadWebhooks = () => Promise<readonly WebhookRow[]>;

/** In milliseconds. */
const longestReadMs = 12_000;

export const createReadWebhooks =
  (bigquery: BigQuery, controlDataset: string): ReadWebhooks =>
  async () => {
    try {
      const asked = bigquery.dataset(controlDataset).table('webhooks').getRows();
      const [rows]: readonly unknown[] = await within(longestReadMs, 'BigQuery', asked);
      return z.array(webhookRow).parse(rows);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
