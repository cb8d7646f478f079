import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeBillingSample } from './billing-export';

/**
 * Writes the billing sample into the local bucket `billing` and says how to run it. The one argument is the folder of
 * the local cloud's data: .data unless given.
 */
function main(dataDirectory: string): void {
  const file = join(dataDirectory, 'gcs', 'billing', 'gcp_billing_export.ndjson');
  const sample = makeBillingSample(500, 20261001);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, sample.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

  const { costMicros, creditMicros } = sample;
  process.stdout.write(`Wrote ${sample.rows.length} rows to ${file}
Totals: cost ${dollars(costMicros)}, credits ${dollars(creditMicros)}, net ${dollars(costMicros + creditMicros)} USD

With the server running (npm start), and a tenant's API key in $API_KEY:
  curl -X POST http://localhost:8080/api/v1/pipelines/run/testcorp_001/gcp/billing/daily_costs \\
    -H "X-API-Key: $API_KEY" -H "Content-Type: application/json" \\
    -d '{"source_uri":"gs://billing/gcp_billing_export.ndjson"}'
`);
}

/** Millionths to a decimal, without going through floating point. */
function dollars(micros: number): string {
  const digits = Math.abs(micros).toString().padStart(7, '0');
  return `${micros < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

main(process.argv[2] ?? '.data');
