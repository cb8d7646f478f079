import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DailyCostsFigures } from './focus-figures';

const pageSchema = z.object({
  pageToken: z.string().optional(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.string().nullable() })) })).default([]),
});

type Cells = readonly (string | null)[];

/** A table's rows as REST sends them, all values as texts. @throws Error where a page is refused */
export async function allRows(bigqueryUrl: string, datasetId: string, tableId: string): Promise<Cells[]> {
  const path = `${bigqueryUrl}/projects/local/datasets/${datasetId}/tables/${tableId}/data`;
  const rows: Cells[] = [];
  for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
    const response = await fetch(`${path}?pageToken=${encodeURIComponent(pageToken)}`);
    if (!response.ok) throw new Error(`${tableId}: ${response.status} ${await response.text()}`);
    const page = pageSchema.parse(await response.json());
    for (const { f } of page.rows) rows.push(f.map(({ v }) => v));
    pageToken = page.pageToken;
  }
  return rows;
}

/** The figures of a tenant's daily_costs, made by the pipeline focus/billing/daily_costs. */
export async function figuresOfDailyCosts(bigqueryUrl: string, tenantId: string): Promise<DailyCostsFigures> {
  const rows = await allRows(bigqueryUrl, tenantId, 'daily_costs');
  const lines = rows.map((row) => JSON.stringify(row)).sort();
  return {
    sourceRows: rows.reduce((sum, row) => sum + Number(row[8]), 0),
    rows: rows.length,
    billedCost: sumOf(rows, 5),
    effectiveCost: sumOf(rows, 6),
    listCost: sumOf(rows, 7),
    digest: createHash('sha256').update(lines.join('\n')).digest('hex'),
  };
}

/** More digits than any cost has behind its point. */
const scale = 20;

/** An exact sum of decimals, by whole numbers. */
function sumOf(rows: readonly Cells[], column: number): string {
  const sum = rows.reduce((total, row) => {
    const [, sign = '', whole = '0', fraction = ''] =
      /^(-?)(\d+)(?:\.(\d+))?$/.exec(row[column] ?? '0') ?? [];
    const units = BigInt(whole + fraction.padEnd(scale, '0'));
    return sign === '-' ? total - units : total + units;
  }, 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
  return sum < 0n ? `-${text}` : text;
}
