import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { isRetryable } from '../../shared/adapters/bigquery/failures';
import { createRunStatement } from '../../shared/adapters/bigquery/run-statement';
import { retrying } from '../../shared/retry';
import { date, integer, text, timestamp } from '../../shared/sql/columns';
import { defineStatement } from '../../shared/sql/statement';
import type { Journal } from './journal';
import { createWatch, type Quotas } from './sights';

/** Looks at tenants while everything goes on. */
export interface Observer {
  /** Quotas of a tenant are about to be changed. */
  readonly asked: (tenantId: string, quotas: Quotas) => void;
  readonly looks: () => number;
  /** Slots in all tenants, as last seen. */
  readonly slots: () => number;
  readonly stop: () => Promise<void>;
}

interface ObserverDependencies {
  /** With their quotas at the start. */
  readonly tenants: readonly (Quotas & { readonly tenantId: string })[];
  readonly bigquery: BigQuery;
  readonly now: () => Date;
  readonly journal: Journal;
}

const rowShape = z.object({
  max_pipelines_per_month: integer.nullable(),
  max_concurrent_pipelines: integer.nullable(),
  pipeline_runs_this_month: integer,
  quota_reset_date: date,
  active_runs: z.array(z.object({ run_id: text, lease_expires_at: timestamp })),
});

/** The conservation law in the simulator's own words: both sides of it in one snapshot. */
const weighRuns = defineStatement({
  name: 'weigh-runs',
  sql: `
WITH known AS (
  SELECT run_id, MIN(admitted_at) AS admitted_at
  FROM (
    SELECT run_id, admitted_at FROM pipeline_runs
    UNION ALL
    SELECT slot.run_id, slot.admitted_at FROM tenants, UNNEST(active_runs) AS slot)
  GROUP BY run_id)
SELECT
  pipeline_runs_count AS counted,
  pipeline_runs_this_month AS counted_this_month,
  (SELECT COUNT(*) FROM known) AS known,
  (SELECT COUNTIF(DATE_TRUNC(DATE(known.admitted_at), MONTH) = DATE_TRUNC(quota_reset_date, MONTH)) FROM known)
    AS known_this_month,
  (SELECT COUNT(*) FROM UNNEST(active_runs)) - (SELECT COUNT(DISTINCT run_id) FROM UNNEST(active_runs)) AS doubles
FROM tenants`,
  parameters: {},
  row: z.object({
    counted: integer,
    counted_this_month: integer,
    known: integer,
    known_this_month: integer,
    doubles: integer,
  }),
});

const patience = { budgetMs: 60_000, initialBackoffMs: 20, maximumBackoffMs: 500, isRetryable };
const pauseMs = 15;
const lanes = 4;

/** Begins to look: at each tenant's row in turn, and now and then at the conservation law. */
export function startObserver({ tenants, bigquery, now, journal }: ObserverDependencies): Observer {
  const runStatement = createRunStatement(bigquery);
  const tenantIds = tenants.map(({ tenantId }) => tenantId);
  const watches = new Map(tenants.map(({ tenantId, ...quotas }) => [tenantId, createWatch(quotas)]));
  const slots = new Map<string, number>();
  let looks = 0;
  let isStopping = false;

  const seeRow = async (tenantId: string) => {
    const judge = watches.get(tenantId)?.look();
    const [rows]: readonly unknown[] = await retrying(patience, () =>
      bigquery.dataset(tenantId).table('tenants').getRows(),
    );
    // Later than any admission in the row: what had expired for that one has expired by now.
    const at = now();
    const [row] = z.array(rowShape).parse(rows);
    if (row === undefined) throw new Error(`The row of ${tenantId} is gone`);
    slots.set(tenantId, row.active_runs.length);
    const running = row.active_runs.flatMap((slot) => (slot.lease_expires_at > at ? [slot.run_id] : []));
    const over = judge?.({
      monthly: row.max_pipelines_per_month,
      concurrent: row.max_concurrent_pipelines,
      running,
      month: row.quota_reset_date.slice(0, 7),
      used: row.pipeline_runs_this_month,
    });
    if (over !== undefined) journal.violate('no quota is exceeded', `${tenantId}: ${over}`, running);
  };

  const seeLaw = async (tenantId: string) => {
    const weigh = () => runStatement(tenantId, weighRuns, {});
    const [seen] = (await retrying(patience, weigh)).rows;
    const isKept =
      seen !== undefined &&
      seen.counted === seen.known &&
      seen.counted_this_month === seen.known_this_month &&
      seen.doubles === 0;
    if (!isKept) journal.violate('conservation law', `${tenantId}: ${JSON.stringify(seen)}`);
  };

  const lookAt = async (tenantIdsOfLane: readonly string[]) => {
    for (let round = 0; !isStopping; round++) {
      for (const [place, tenantId] of tenantIdsOfLane.entries()) {
        if (isStopping) return;
        await seeRow(tenantId);
        if ((round + place) % 4 === 0) await seeLaw(tenantId);
        looks++;
        await sleep(pauseMs);
      }
    }
  };
  // Several at once: a look that hangs keeps only its own lane waiting.
  const looking = Promise.all(
    Array.from({ length: Math.min(lanes, tenantIds.length) }, (_, lane) =>
      lookAt(tenantIds.filter((_, place) => place % lanes === lane)),
    ),
  );
  looking.catch(() => undefined);

  return {
    asked: (tenantId, quotas) => watches.get(tenantId)?.asked(quotas),
    looks: () => looks,
    slots: () => [...slots.values()].reduce((sum, count) => sum + count, 0),
    async stop() {
      isStopping = true;
      await looking;
    },
  };
}
