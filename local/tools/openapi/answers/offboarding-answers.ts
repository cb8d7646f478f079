import { z } from 'zod';
import { answerParts } from '../answer-parts';

const { text, time, count, tenant, listedKey } = answerParts;

/** Answers about a tenant that leaves. */
export const offboardingAnswers = {
  Offboarding: z.strictObject({
    tenant_id: text,
    stage: z
      .enum(['draining', 'recording', 'exporting', 'removing', 'removed'])
      .describe('What is being done: runs end, are recorded, are exported; the dataset is removed.'),
    in_flight: count.describe('Runs that are not over yet.'),
    waiting: count.describe(
      'Outcomes that the ledger lacks; more may follow. 0 while `recording`: BigQuery still buffers some.',
    ),
    offboarding_at: time.describe('When it began.'),
    restorable_until: time.nullable().describe('null while the dataset is there.'),
  }),
  TenantExport: z.strictObject({
    exported_at: time,
    tenant,
    api_keys: z.array(listedKey),
    dataset: z.strictObject({
      dataset_id: text.describe('In BigQuery, in the project of the deployment.'),
      location: text,
      created_at: time,
    }),
    tables: z.array(
      z.strictObject({
        table_id: text,
        type: text.describe('TABLE, VIEW, MATERIALIZED_VIEW, EXTERNAL or SNAPSHOT.'),
        rows: count.nullable().describe('Without those that were streamed in the last hour or so.'),
        bytes: count.nullable(),
        created_at: time,
        last_modified_at: time,
      }),
    ),
  }),
} as const;
