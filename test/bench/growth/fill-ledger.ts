import { randomUUID } from 'node:crypto';

/** Fits into the 10 MiB of a request. */
const rowsPerRequest = 20_000;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Streams ledger rows of finished runs: so many for each day, the last of them today. The JSON is written by hand, since
 * they are millions.
 */
export async function fillLedger(
  bigqueryUrl: string,
  tenantId: string,
  { rows, rowsPerDay, until }: { readonly rows: number; readonly rowsPerDay: number; readonly until: Date },
): Promise<void> {
  const url = `${bigqueryUrl}/projects/local/datasets/${tenantId}/tables/pipeline_runs/insertAll`;
  for (let from = 0; from < rows; from += rowsPerRequest) {
    const count = Math.min(rowsPerRequest, rows - from);
    let texts = '';
    let at = '';
    for (let row = from; row < from + count; row++) {
      if (at === '' || row % rowsPerDay === 0)
        at = new Date(until.getTime() - Math.floor(row / rowsPerDay) * dayMs).toISOString();
      texts += `${texts === '' ? '' : ','}${rowText(tenantId, at)}`;
    }
    const body = `{"rows":[${texts}]}`;
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body });
    const answer = await response.text();
    if (!response.ok || answer.includes('insertErrors')) throw new Error(answer.slice(0, 500));
  }
}

const rowText = (tenantId: string, at: string): string =>
  `{"json":{"run_id":"${randomUUID()}","tenant_id":"${tenantId}","pipeline":"gcp/example/dryrun","parameters":"{}",` +
  `"trigger":"api","status":"COMPLETED","admitted_at":"${at}","started_at":"${at}","ended_at":"${at}","duration_ms":"1000",` +
  `"rows_written":"0","bytes_processed":"100","bytes_billed":"10485760","recorded_at":"${at}"}}`;
