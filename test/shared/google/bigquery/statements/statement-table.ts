import { clientOf } from 'local-bigquery/testing';
import { z } from 'zod';
import { defineStatement } from '../../../../../shared/sql/define-statement';

/** Makes a dataset with a table `t` of one row, whose `n` is 0. */
export async function makeTable(url: string, datasetId: string, location: string): Promise<void> {
  const client = clientOf(url);
  await client.createDataset(datasetId, { location });
  const dataset = client.dataset(datasetId);
  await dataset.createTable('t', { schema: [{ name: 'n', type: 'INT64' }] });
  await dataset.table('t').insert([{ n: 0 }]);
}

const row = z.object({ n: z.number() });

export const readN = defineStatement({ name: 'read-n', sql: 'SELECT n FROM t', parameters: {}, row });

/** n becomes ten times n, plus the digit: the digits tell in which order updates were done. */
export const appendDigit = defineStatement({
  name: 'append-digit',
  sql: 'UPDATE t SET n = 10 * n + @digit WHERE TRUE',
  parameters: { digit: 'INT64' },
  row,
});

/** Fails for 0. */
export const divide = defineStatement({
  name: 'divide',
  sql: 'UPDATE t SET n = DIV(6, @divisor) WHERE TRUE',
  parameters: { divisor: 'INT64' },
  row,
});

export const appendAndRead = defineStatement({
  name: 'append-and-read',
  sql: `${appendDigit.sql}; ${readN.sql}`,
  parameters: appendDigit.parameters,
  row,
});
