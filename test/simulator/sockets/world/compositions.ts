import { composeOnboard } from '../../../../functions/onboard/compose-onboard';
import { composeReconcile } from '../../../../functions/reconcile/compose-reconcile';
import { composeResetQuotas } from '../../../../functions/reset-quotas/compose-reset-quotas';
import { composeRun } from '../../../../functions/run/compose-run';
import { composeTenants } from '../../../../functions/tenants/compose-tenants';
import { composeWorker } from '../../../../functions/worker/compose-worker';
import type { PipelineDefinition } from '../../../../shared/definitions/schemas/pipeline-schema';
import type { MetadataTable } from '../../../../shared/definitions/tables';
import type { Tier } from '../../../../shared/definitions/tiers';
import { serveRoutes } from '../../../../shared/http/serve';
import type { ReconcileRule } from '../../../../shared/runs/rules/run-times';
import type { Clock } from '../../../../shared/support/clock';
import type { Life } from './life';
import { mortalGoogle, mortalLog, type Oblivious } from './mortal';

/** What the instances of all functions share: definitions, time and names, but no state of a process. */
export interface Surroundings extends Oblivious {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly tables: readonly MetadataTable[];
  readonly tiers: Readonly<Record<string, Tier>>;
  readonly runTopic: string;
  readonly rule: ReconcileRule;
}

/**
 * Shorter than in production, like all times here. In milliseconds.
 */
const admission = { budgetMs: 2_000 };

const events = { topic: 'tenant-events', types: [] };

/**
 * One instance of each function, put together by the function's own composition. What it does goes through
 * its life.
 */
export const compositions = {
  run(life: Life, { clock, newId, journal, oblivion, pipelines, runTopic }: Surroundings) {
    const log = mortalLog(life, journal);
    const price = { pricePerTib: 6.25, currency: 'USD' };
    const setUp = { runTopic, pipelines, admission, ...price, newId, clock, log };
    return serveRoutes(composeRun(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },

  worker(life: Life, { clock, journal, oblivion, pipelines, tiers, runTopic }: Surroundings) {
    const log = mortalLog(life, journal);
    // What steps of type http and notify need is left out: the simulation's definitions have none.
    const setUp = {
      runTopic,
      pipelines,
      tiers,
      allowedSources: ['*', 'gs://*'],
      handOverAfterMs: 4_000,
      deliveryAttempts: 5,
      runsOfTenantAtOnce: 3,
      watchEveryMs: 500,
      random: Math.random,
      clock,
      log,
    };
    return serveRoutes(composeWorker(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },

  reconcile(life: Life, { clock, journal, oblivion, pipelines, runTopic, rule }: Surroundings) {
    const log = mortalLog(life, journal);
    const findPipeline = (path: string) => pipelines.get(path);
    const setUp = { runTopic, rule, findPipeline, clock, log };
    return serveRoutes(composeReconcile(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },

  'reset-quotas'(life: Life, { clock, journal, oblivion }: Surroundings) {
    const log = mortalLog(life, journal);
    return serveRoutes(composeResetQuotas({ clock, log }, mortalGoogle(life, { journal, oblivion })), log);
  },

  tenants(life: Life, { clock, newId, journal, oblivion, tiers }: Surroundings) {
    const log = mortalLog(life, journal);
    const setUp = {
      adminRule: { kind: 'open' } as const,
      tiers,
      newId,
      clock,
      pricePerTib: 6.25,
      currency: 'USD',
      log,
    };
    return serveRoutes(composeTenants(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },

  onboard(life: Life, { clock, newId, journal, oblivion, tables, tiers }: Surroundings) {
    const log = mortalLog(life, journal);
    const setUp = {
      adminRule: { kind: 'open' } as const,
      tables,
      tiers,
      defaultLocation: 'US',
      // The simulation's definitions have none.
      dryRun: undefined,
      answerMs: 240_000,
      events,
      newId,
      clock,
      log,
    };
    return serveRoutes(composeOnboard(setUp, mortalGoogle(life, { journal, oblivion })), log);
  },
} as const;

export type FunctionName = keyof typeof compositions;
