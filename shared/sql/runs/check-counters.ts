import { z } from 'zod';
import { integer } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { runsByLaw } from './conservation-law';

/** A tenant's counters beside what they should be by the law. No row where there is no tenant. */
export const checkCounters = defineStatement({
  name: 'check-counters',
  sql: `
SELECT
  pipeline_runs_count,
  pipeline_runs_this_month,
  bytes_billed_this_month,
  law.runs AS known_runs,
  law.runs_this_month AS known_runs_this_month,
  law.bytes_this_month AS known_bytes_this_month
FROM tenants
CROSS JOIN ${runsByLaw} AS law
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING' },
  row: z.object({
    pipeline_runs_count: integer,
    pipeline_runs_this_month: integer,
    /** null: not counted yet. */
    bytes_billed_this_month: integer.nullable(),
    known_runs: integer,
    known_runs_this_month: integer,
    known_bytes_this_month: integer,
  }),
});
