import { z } from 'zod';
import { defineStatement } from '../define-statement';
import { outcomeFields, recordedRuns } from './recorded-runs';

/**
 * How runs ended that were admitted from @from on and before @to, without their parameters and messages, which
 * are large: a page of them, by their ids, without the runs that are known.
 */
export const listRecordedRuns = defineStatement({
  name: 'list-recorded-runs',
  sql: `SELECT * REPLACE (CAST(NULL AS STRING) AS parameters, CAST(NULL AS STRING) AS error_message)
FROM (${recordedRuns('*')}
)
WHERE run_id > @after_id AND run_id NOT IN UNNEST(@known)
ORDER BY run_id
LIMIT @most`,
  parameters: {
    tenant_id: 'STRING',
    from: 'TIMESTAMP',
    to: 'TIMESTAMP',
    after_id: 'STRING',
    known: ['STRING'],
    most: 'INT64',
  },
  row: z.object(outcomeFields),
});
