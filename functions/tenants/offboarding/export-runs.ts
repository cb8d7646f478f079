import type { z } from 'zod';
import { isNotFound } from '../../../shared/google/bigquery/failures';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import { executionIdOf } from '../../../shared/pipelines/job-ids';
import { allRunsRow } from '../../../shared/runs/rules/all-runs-row';
import { listAllRunsHours } from '../../../shared/sql/control/list-all-runs-hours';
import { listAllRunsOfHour } from '../../../shared/sql/control/list-all-runs-of-hour';
import { listRecordedHours, type runsOfHour } from '../../../shared/sql/runs/list-recorded-hours';
import { listRecordedRuns } from '../../../shared/sql/runs/list-recorded-runs';
import { forEachBounded } from '../../../shared/support/for-each';
import { retrying } from '../../../shared/support/retry';
import type { TenantLife } from '../../../shared/tenants/rules/tenant-events';
import { tenantPolicy } from '../administer-tenant';

/**
 * Sees to it that `all_runs` has every run of the tenant, whose runs must all be over. Usually it has, and two
 * statements show it; else what the hours that differ lack is written: of an hour that differs only because an earlier
 * life of the tenant had runs in it, nothing. Resolves to whether that came to its end; the next call goes on with
 * what is missing still.
 */
export type ExportRuns = (life: TenantLife, isTimeUp: () => boolean) => Promise<boolean>;

export interface ExportRunsDependencies {
  readonly runStatement: RunStatement;
  readonly append: ControlDataset['append'];
}

type Hour = z.infer<typeof runsOfHour>;

const runsAtOnce = 5_000;
/** What Google recommends at most: https://cloud.google.com/bigquery/quotas#streaming_inserts */
const rowsOfInsert = 500;
const insertsAtOnce = 5;
const hourMs = 60 * 60 * 1000;

/** The tenant and the control dataset may be in different locations: no statement can read both. */
export function createExportRuns(controlDataset: string, deps: ExportRunsDependencies): ExportRuns {
  const { runStatement, append } = deps;
  return async (life, isTimeUp) => {
    const { tenant_id } = life;
    const [recorded, exported] = await Promise.all([
      retrying(tenantPolicy, () => runStatement(tenant_id, listRecordedHours, { tenant_id })),
      unlessNoTable(() => runStatement(controlDataset, listAllRunsHours, { tenant_id })),
    ]);
    for (const { hour } of differingHours(recorded.rows, exported)) {
      if (isTimeUp() || !(await exportHour(life, hour, isTimeUp))) return false;
    }
    return true;
  };

  async function unlessNoTable<Row>(
    ask: () => Promise<{ readonly rows: readonly Row[] }>,
  ): Promise<readonly Row[]> {
    try {
      return (await retrying(tenantPolicy, ask)).rows;
    } catch (error) {
      // The table is made when something is written to it.
      if (isNotFound(error)) return [];
      throw error;
    }
  }

  async function exportHour(life: TenantLife, from: Date, isTimeUp: () => boolean): Promise<boolean> {
    const { tenant_id, onboarding_id } = life;
    const to = new Date(from.getTime() + hourMs);
    const askKnown = () => runStatement(controlDataset, listAllRunsOfHour, { tenant_id, from, to });
    const known = (await unlessNoTable(askKnown)).map(({ run_id }) => run_id);
    for (let after_id = ''; ; ) {
      const parameters = { tenant_id, from, to, after_id, known, most: runsAtOnce };
      const ask = () => runStatement(tenant_id, listRecordedRuns, parameters);
      const { rows } = await retrying(tenantPolicy, ask);
      const made = rows.map((run) =>
        allRunsRow(tenant_id, executionIdOf({ runId: run.run_id, onboardingId: onboarding_id }), run),
      );
      await forEachBounded(inserts(made), insertsAtOnce, (chunk) =>
        retrying(tenantPolicy, () => append('all_runs', ...chunk)),
      );
      const last = rows.at(-1);
      if (last === undefined || rows.length < runsAtOnce) return true;
      if (isTimeUp()) return false;
      after_id = last.run_id;
    }
  }
}

function* inserts<Row>(rows: readonly Row[]): Generator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += rowsOfInsert)
    yield rows.slice(start, start + rowsOfInsert);
}

/** The hours of which just these runs are not there. */
export function differingHours(recorded: readonly Hour[], exported: readonly Hour[]): readonly Hour[] {
  const known = new Map(exported.map((found) => [found.hour.getTime(), found]));
  return recorded.filter(({ hour, runs, fingerprint }) => {
    const there = known.get(hour.getTime());
    return there === undefined || there.runs !== runs || there.fingerprint !== fingerprint;
  });
}
