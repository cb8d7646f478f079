import { setTimeout as sleep } from 'node:timers/promises';
import { createDryRun } from '../../functions/onboard/dry-run';
import { onboardRoutes } from '../../functions/onboard/handler';
import { reconcileRoutes } from '../../functions/reconcile/handler';
import { resetQuotasRoutes } from '../../functions/reset-quotas/handler';
import { runRoutes } from '../../functions/run/handler';
import { usualStreamPace } from '../../functions/run/stream-run';
import { tenantsRoutes } from '../../functions/tenants/handler';
import { executeRun } from '../../functions/worker/execute-run';
import { workerRoutes } from '../../functions/worker/handler';
import type { PipelineDefinition } from '../../shared/definitions/schemas/pipeline-schema';
import type { MetadataTable } from '../../shared/definitions/tables';
import type { Tier } from '../../shared/definitions/tiers';
import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createClaimHandOver } from '../../shared/google/bigquery/jobs/claim-hand-over';
import { createRunJob } from '../../shared/google/bigquery/jobs/run-job';
import { createOpenJobs } from '../../shared/google/bigquery/jobs/tenant-jobs';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import { createListTenantPage, createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { createHoldsSlot, createReadSlots } from '../../shared/google/bigquery/tables/read-slots';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import { serveRoutes } from '../../shared/http/serve';
import { createAdmit } from '../../shared/runs/admit';
import { measuredAdmit } from '../../shared/runs/measured-admit';
import { createRelease } from '../../shared/runs/release';
import type { RepublishRule } from '../../shared/runs/rules/run-times';
import { createAuthenticateTenant } from '../../shared/tenants/authenticate-tenant';
import type { Life } from './life';
import {
  mortalAppendRows,
  mortalClaimHandOver,
  mortalHoldsSlot,
  mortalListTenants,
  mortalLog,
  mortalOpenJobs,
  mortalPublishRun,
  mortalRunJob,
  mortalRunStatement,
  type Oblivious,
} from './mortal';

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
 * Shorter than in production, as all times are here: with the three seconds of its withdrawal, and for as long as that
 * may take effect, a request is over before reconcile would publish its run again. In milliseconds.
 */
const admitSettings = { budgetMs: 2_000, withdrawalValidMs: 1_500 };
const handOverAfterMs = 4_000;
const watchEveryMs = 500;

/** Each composes one instance as the function's own index.ts does, with everything it does going through its life. */
export const compositions = {
  run(life: Life, { now, newId, journal, oblivion, pipelines, runTopic }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const withoutRetries = createBigQueryWithoutRetries();
    const runStatement = mortalRunStatement(life, createRunStatement(withoutRetries));
    const routes = runRoutes({
      authenticateTenant: createAuthenticateTenant(runStatement, () => now().getTime()),
      runStatement: mortalRunStatement(life, createRunStatement(bigquery)),
      pipelines,
      admit: measuredAdmit(createAdmit({ runStatement, now, log }, admitSettings)),
      publishRun: mortalPublishRun(life, createPublishRun(runTopic, withoutRetries), journal),
      appendRows: mortalAppendRows(life, createAppendRows(withoutRetries), { journal, oblivion }),
      release: createRelease(runStatement, now),
      openJobs: mortalOpenJobs(life, createOpenJobs(bigquery)),
      holdsSlot: mortalHoldsSlot(life, createHoldsSlot(bigquery)),
      streamPace: usualStreamPace,
      newId,
      now,
      log,
    });
    return serveRoutes(routes, log);
  },

  worker(life: Life, { now, journal, oblivion, pipelines, tiers, runTopic }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const withoutRetries = createBigQueryWithoutRetries();
    const runStatement = mortalRunStatement(life, createRunStatement(bigquery));
    // What steps of type http and notify need is left out: the simulation's definitions have none.
    const tools = {
      runJob: mortalRunJob(life, createRunJob(bigquery), journal),
      openJobs: mortalOpenJobs(life, createOpenJobs(bigquery)),
      appendRows: mortalAppendRows(life, createAppendRows(bigquery), { journal, oblivion }),
      tiers,
      allowedSources: ['*', 'gs://*'],
      now,
      random: Math.random,
      sleep: async (milliseconds: number, signal?: AbortSignal) => {
        await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
      },
      log,
    };
    const routes = workerRoutes({
      runStatement,
      appendRows: mortalAppendRows(life, createAppendRows(withoutRetries), { journal, oblivion }),
      findPipeline: (path) => pipelines.get(path),
      execute: (tenantId, slot, definition, watch, signal) =>
        executeRun(tenantId, slot, definition, tools, watch, signal),
      release: createRelease(mortalRunStatement(life, createRunStatement(withoutRetries)), now),
      publishRun: mortalPublishRun(life, createPublishRun(runTopic, withoutRetries), journal),
      claimHandOver: mortalClaimHandOver(life, createClaimHandOver(bigquery)),
      handOverAfterMs,
      deliveryAttempts: 5,
      holdsSlot: mortalHoldsSlot(life, createHoldsSlot(withoutRetries)),
      watchEveryMs,
      now,
      log,
    });
    return serveRoutes(routes, log);
  },

  reconcile(life: Life, { now, journal, oblivion, runTopic, rule }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const client = createBigQueryWithoutRetries();
    const runStatement = mortalRunStatement(life, createRunStatement(client));
    const readSlots = createReadSlots(bigquery);
    const routes = reconcileRoutes({
      listTenants: mortalListTenants(life, createListTenants(bigquery)),
      readSlots: (dataset) => life.through('read-slots', dataset, () => readSlots(dataset)),
      runStatement,
      appendRows: mortalAppendRows(life, createAppendRows(client), { journal, oblivion }),
      publishRun: mortalPublishRun(life, createPublishRun(runTopic, client), journal),
      release: createRelease(runStatement, now),
      rule,
      now,
      log,
    });
    return serveRoutes(routes, log);
  },

  'reset-quotas'(life: Life, { now, journal }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const runStatement = mortalRunStatement(life, createRunStatement(createBigQueryWithoutRetries()));
    const listTenants = mortalListTenants(life, createListTenants(bigquery));
    return serveRoutes(resetQuotasRoutes({ listTenants, runStatement, now, log }), log);
  },

  tenants(life: Life, { now, newId, journal, tiers }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const runStatement = mortalRunStatement(life, createRunStatement(bigquery));
    const listTenantPage = createListTenantPage(bigquery);
    const authenticateTenant = createAuthenticateTenant(runStatement, () => now().getTime());
    const adminRule = { kind: 'open' } as const;
    return serveRoutes(
      tenantsRoutes({ adminRule, authenticateTenant, runStatement, listTenantPage, tiers, now, newId }),
      log,
    );
  },

  onboard(life: Life, { now, newId, journal, tables, tiers }: Surroundings) {
    const log = mortalLog(life, journal);
    const bigquery = createBigQuery();
    const deps = {
      adminRule: { kind: 'open' } as const,
      runStatement: mortalRunStatement(life, createRunStatement(bigquery)),
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
        runJob: mortalRunJob(life, createRunJob(bigquery), journal),
        now,
        log,
      }),
    };
    return serveRoutes(onboardRoutes(deps), log);
  },
} as const;

export type FunctionName = keyof typeof compositions;
