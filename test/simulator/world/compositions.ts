import { createDryRun } from '../../../functions/onboard/dry-run';
import { onboardRoutes } from '../../../functions/onboard/handler';
import { composeReconcile } from '../../../functions/reconcile/compose-reconcile';
import { composeResetQuotas } from '../../../functions/reset-quotas/compose-reset-quotas';
import { composeRun } from '../../../functions/run/compose-run';
import { tenantsRoutes } from '../../../functions/tenants/handler';
import { composeWorker } from '../../../functions/worker/compose-worker';
import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import type { MetadataTable } from '../../../shared/definitions/tables';
import type { Tier } from '../../../shared/definitions/tiers';
import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import { createListTenantPage } from '../../../shared/google/bigquery/tables/list-tenants';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import { serveRoutes } from '../../../shared/http/serve';
import type { RepublishRule } from '../../../shared/runs/rules/run-times';
import { createAuthenticateTenant } from '../../../shared/tenants/authenticate-tenant';
import type { Life } from './life';
import { mortalGoogle, mortalLog, type Oblivious } from './mortal';

/** What instances of all functions share: definitions, time and names, and nothing that a process holds. */
export interface Surroundings extends Oblivious {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly tables: readonly MetadataTable[];
  readonly tiers: Readonly<Record<string, Tier>>;
  readonly runTopic: string;
  readonly rule: RepublishRule;
}

/**
 * Shorter than in production, as all times are here: with the three seconds of its withdrawal, and for as
 * long as that may take effect, a request is over before reconcile would publish its run again. In
 * milliseconds.
 */
const admission = { budgetMs: 2_000, withdrawalValidMs: 1_500 };

/**
 * One instance of each function, put together by the function's own composition; all it does goes through its
 * life.
 */
export const compositions = {
  run(life: Life, { now, newId, journal, oblivion, pipelines, runTopic }: Surroundings) {
    const log = mortalLog(life, journal);
    const setUp = { runTopic, pipelines, admission, newId, now, log };
    return serveRoutes(composeRun(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },

  worker(life: Life, { now, journal, oblivion, pipelines, tiers, runTopic }: Surroundings) {
    const log = mortalLog(life, journal);
    // What steps of type http and notify need is left out: the simulation's definitions have none.
    const setUp = {
      runTopic,
      pipelines,
      tiers,
      allowedSources: ['*', 'gs://*'],
      handOverAfterMs: 4_000,
      deliveryAttempts: 5,
      watchEveryMs: 500,
      random: Math.random,
      now,
      log,
    };
    return serveRoutes(composeWorker(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },

  reconcile(life: Life, { now, journal, oblivion, runTopic, rule }: Surroundings) {
    const log = mortalLog(life, journal);
    const setUp = { runTopic, rule, now, log };
    return serveRoutes(composeReconcile(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },

  'reset-quotas'(life: Life, { now, journal, oblivion }: Surroundings) {
    const log = mortalLog(life, journal);
    return serveRoutes(composeResetQuotas({ now, log }, mortalGoogle(life, { journal, oblivion })), log);
  },

  tenants(life: Life, { now, newId, journal, oblivion, tiers }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const runStatement = mortalGoogle(life, { journal, oblivion }).createRunStatement(bigquery);
    const listTenantPage = createListTenantPage(bigquery);
    const authenticateTenant = createAuthenticateTenant(runStatement, () => now().getTime());
    const adminRule = { kind: 'open' } as const;
    return serveRoutes(
      tenantsRoutes({ adminRule, authenticateTenant, runStatement, listTenantPage, tiers, now, newId }),
      log,
    );
  },

  onboard(life: Life, { now, newId, journal, oblivion, tables, tiers }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const google = mortalGoogle(life, { journal, oblivion });
    const deps = {
      adminRule: { kind: 'open' } as const,
      runStatement: google.createRunStatement(bigquery),
      datasets: createTenantDatasets(bigquery),
      tables,
      tiers,
      defaultLocation: 'US',
      now,
      newId,
      log,
      // The simulation's definitions have none.
      dryRun: createDryRun({
        definition: undefined,
        runJob: google.createRunJob(bigquery),
        now,
        log,
      }),
    };
    return serveRoutes(onboardRoutes(deps), log);
  },
} as const;

export type FunctionName = keyof typeof compositions;
