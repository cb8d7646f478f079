import { z } from 'zod';
import type { OperationRow } from '../../operations/rules/operation';
import { integer, string, timestamp } from '../column-schemas';
import { defineStatement } from '../define-statement';
import { headFields, itemEntrySchema, rowStateSchema } from './operation-columns';

const rowSchema: z.ZodType<OperationRow> = z.object({
  ...headFields,
  recorded_at: timestamp,
  writer: string,
  state: rowStateSchema,
  planned: integer.nullable(),
  problem: string.nullable(),
  items: z.array(itemEntrySchema),
});

/** All rows of an operation that was started at @from or later, for whoever works on it. Only the days since then are read. */
export const readOperationRows = defineStatement({
  name: 'read-operation-rows',
  sql: `
SELECT
  operation_id, started_at, kind, tenant_id, started_by_kind, started_by, filter, reason, recorded_at, writer, state,
  planned, problem, items
FROM operations
WHERE operation_id = @operation_id AND started_at >= @from
ORDER BY recorded_at`,
  parameters: { operation_id: 'STRING', from: 'TIMESTAMP' },
  row: rowSchema,
});
