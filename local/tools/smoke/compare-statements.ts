import { isDeepStrictEqual } from 'node:util';
import type { BigQuery } from '@google-cloud/bigquery';
import { loadControlTables, loadTables } from '../../../shared/definitions/tables';
import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { settleRuns } from '../../../shared/sql/runs/settle-runs';
import { readTenant } from '../../../shared/sql/tenants/read-tenant';
import type { CallTimes } from './call-times';
import { admissionBy, settling } from './cases/run-cases';
import type { CaseValues } from './cases/statement-case';
import { statementCases } from './cases/statement-cases';

/** A BigQuery that has been reached once. */
export const connect = async (): Promise<BigQuery> => {
  const bigquery = createBigQuery();
  await bigquery.getDatasets({ maxResults: 1 });
  return bigquery;
};

export interface Compared {
  readonly name: string;
  readonly assumes: string;
  /** Undefined: rows and changed rows are those of the local BigQuery. */
  readonly problem: string | undefined;
}

/** Runs all statements on both sides, in datasets of one name, and tells of each. */
export async function* compareStatements(
  sides: { readonly tried: BigQuery; readonly reference: BigQuery },
  place: { readonly tenantId: string; readonly location: string; readonly schemasDirectory: string },
  callTimes: CallTimes,
): AsyncGenerator<Compared> {
  const values = valuesAt(place.tenantId, new Date());
  const { now } = values;
  for (const bigquery of [sides.reference, sides.tried]) {
    const datasets = createTenantDatasets(bigquery);
    await datasets.ensureDataset(place.tenantId, place.location);
    const { schemasDirectory } = place;
    for (const table of [...loadTables(schemasDirectory), ...loadControlTables(schemasDirectory)])
      await datasets.ensureTable(place.tenantId, table);
  }
  const reference = createRunStatement(sides.reference);
  const tried = createRunStatement(sides.tried);
  for (const { name, assumes, run } of statementCases) {
    const expected = plain(await run(reference, values), now);
    const made = await callTimes
      .measured(`statement ${name}`, () => run(tried, values))
      .then((outcome) => ({ outcome: plain(outcome, now) }))
      .catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }));
    const problem =
      'error' in made
        ? `failed: ${made.error}`
        : isDeepStrictEqual(made.outcome, expected)
          ? undefined
          : `differs: ${JSON.stringify(made.outcome)}; the local BigQuery has ${JSON.stringify(expected)}`;
    yield { name, assumes, problem };
  }
}

const hour = 3_600_000;

const valuesAt = (tenantId: string, now: Date): CaseValues => ({
  tenantId,
  now,
  from: new Date(now.getTime() - 24 * hour),
  to: new Date(now.getTime() + 24 * hour),
});

const repetitions = 5;

/**
 * How long what every run waits for takes, of one run at a time. The tenant is one that all statements were run for.
 * @throws Error if a run is not admitted or not settled: then nothing would have been measured
 */
export async function timeStatements(
  bigquery: BigQuery,
  tenantId: string,
  callTimes: CallTimes,
): Promise<void> {
  const runStatement = createRunStatement(bigquery);
  for (let number = 11; number < 11 + repetitions; number += 1) {
    const values = valuesAt(tenantId, new Date());
    const once = (what: string, { affectedRows }: { readonly affectedRows: number }) => {
      if (affectedRows !== 1) throw new Error(`${what}: expected 1 changed row, found ${affectedRows}`);
    };
    once('admit-runs', await runStatement(tenantId, admitRuns, admissionBy('another-key', values, number)));
    const settled = callTimes.measured('settle', () =>
      runStatement(tenantId, settleRuns, settling(values, number)),
    );
    once('settle-runs', await settled);
    await callTimes.measured('SELECT with optional job', () =>
      runStatement(tenantId, readTenant, { tenant_id: tenantId, now: values.now }),
    );
  }
}

/** What can be compared: rows in any order, without what a server's own clock put into them. */
function plain(
  { rows, affectedRows }: { readonly rows: readonly unknown[]; readonly affectedRows: number },
  now: Date,
): unknown {
  const texts = rows.map((row) => JSON.stringify(withoutClock(row, now))).sort();
  return { affectedRows, rows: texts };
}

function withoutClock(value: unknown, now: Date): unknown {
  if (value instanceof Date) {
    const away = Math.abs(value.getTime() - now.getTime());
    return away > 0 && away < hour / 2 ? 'about now' : value.toISOString();
  }
  if (Array.isArray(value)) return value.map((item) => withoutClock(item, now));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutClock(item, now)]));
}
