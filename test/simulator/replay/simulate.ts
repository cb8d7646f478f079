import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import { insertApiKey } from '../../../shared/sql/keys/insert-api-key';
import { insertTenant } from '../../../shared/sql/tenants/insert-tenant';
import { createApiKey, hashApiKey } from '../../../shared/tenants/rules/api-key';
import type { FaultName, PutBack } from './cloud/put-back';
import type { InvariantName } from './judge/invariants';
import { createJournal, type Violation } from './judge/journal';
import { describeUnrest, isQuiet, judgeEnd } from './judge/quiet';
import { administer, keyIdOf } from './load/administrator';
import { startBusyWorkers } from './load/busy-workers';
import { type Caller, fulfil } from './load/caller';
import { operate } from './load/operations';
import { keysPerTenant, planLoad, type TenantPlan } from './load/plan';
import { startScheduler } from './load/scheduler';
import { keepSchedule } from './load/schedules';
import { startWeather } from './load/weather';
import { createChance } from './time/chance';
import { inVirtualTime } from './time/virtual-time';
import { createWorld, reconcileEveryMs, type World } from './world/world';

export interface SimulationOptions {
  readonly seed: number;
  readonly runs: number;
  /** What is not judged. */
  readonly ignored: ReadonlySet<InvariantName>;
  readonly putBack: PutBack;
}

export interface SimulationResult {
  readonly seed: number;
  readonly runs: number;
  readonly putBack: readonly FaultName[];
  /** Of these, how many had been asked for when it ended. */
  readonly begun: number;
  readonly admitted: number;
  readonly deaths: number;
  readonly events: number;
  readonly deliveries: number;
  readonly deadLetters: number;
  readonly violations: readonly Violation[];
  /** How many requests got which answer. */
  readonly answers: Readonly<Record<string, number>>;
  /** What else was in play, and how often. */
  readonly played: Readonly<Record<string, number>>;
  readonly lastLines: readonly string[];
}

/**
 * How long it may take until all is quiet, once nothing goes wrong any more: a run that never began waits for a day
 * beyond its lease where its tenant has fewer slots by now than it takes. In milliseconds.
 */
const longestUnrestMs = 30 * 3_600_000;

/** Likewise, until every planned time is handled that has come. */
const longestCatchUpMs = 30 * 60_000;
/** What a tick that died has left, some later tick has by then. */
const leastCatchUpMs = 3 * 60_000;

/**
 * Plays a simulation: everything that happens, and in which order, follows from the seed. The functions' own
 * code runs over models of BigQuery and Pub/Sub, in virtual time, in this process and without any input or
 * output. Ends at the first violation.
 *
 * @param write gets a line for each event
 */
export async function simulate(
  { seed, runs, ignored, putBack }: SimulationOptions,
  pipelines: ReadonlyMap<string, PipelineDefinition>,
  write?: (line: string) => void,
): Promise<SimulationResult> {
  const plan = planLoad(seed, runs);
  const chance = createChance(seed * 2);
  return await inVirtualTime(plan.start, chance.fraction, async (time) => {
    const journal = createJournal(time, ignored, write);
    const world = createWorld(time, chance, journal, pipelines, putBack);
    const callers = plan.tenants.map((tenant) => onboard(tenant, world));
    const isBroken = () => journal.violations.length > 0;
    let begun = 0;
    let open = 0;
    const begin = (at: number, work: () => Promise<void>) => {
      open++;
      time.after(at, undefined, async () => {
        try {
          await work();
        } catch (error) {
          world.judge.violate(
            'unexpected',
            error instanceof Error ? (error.stack ?? error.message) : String(error),
          );
        }
        open--;
      });
    };
    for (const wish of plan.wishes) {
      const caller = callers[wish.tenant]?.[wish.key];
      if (caller === undefined) continue;
      begin(wish.at, () => {
        begun++;
        return fulfil(wish, caller, world);
      });
    }
    for (const change of plan.changes) {
      const tenantId = plan.tenants[change.tenant]?.tenantId ?? '';
      begin(change.at, () => administer(change, tenantId, world));
    }
    for (const schedule of plan.schedules) {
      const tenantId = plan.tenants[schedule.tenant]?.tenantId ?? '';
      begin(schedule.at, () => keepSchedule(schedule, tenantId, world));
    }
    for (const operation of plan.operations) {
      const caller = callers[operation.tenant]?.[operation.key];
      if (caller !== undefined) begin(operation.at, () => operate(operation, caller, world));
    }
    const endWeather = startWeather(world);
    const tenantIds = plan.tenants.map(({ tenantId }) => tenantId);
    const endBusyWorkers = startBusyWorkers(world, seed, tenantIds);
    const scheduler = startScheduler(world);
    await time.run(() => isBroken() || open === 0);

    endWeather();
    endBusyWorkers();
    const { left } = world.judge.schedules;
    const catchesUpFrom = time.now() + (plan.schedules.length > 0 ? leastCatchUpMs : 0);
    const catchesUpUntil = time.now() + longestCatchUpMs;
    await time.run(
      () => isBroken() || (left().length === 0 && time.now() >= catchesUpFrom) || time.now() > catchesUpUntil,
    );
    // Where it was broken off, the ticks had no time to catch up.
    if (!isBroken()) for (const planned of left()) world.judge.violate('handled', `${planned} is lost`);
    let isTicking = true;
    void scheduler.stopTicks().then(() => {
      isTicking = false;
    });
    await time.run(() => isBroken() || !isTicking);
    const givesUpAt = time.now() + longestUnrestMs;
    await time.run(() => isBroken() || isQuiet(world) || time.now() > givesUpAt);
    if (!isQuiet(world) && !isBroken()) world.judge.violate('quiet', describeUnrest(world));
    // What reconcile has left, it finds at its next calls.
    const settledAt = time.now() + 2.5 * reconcileEveryMs;
    await time.run(() => isBroken() || time.now() > settledAt);
    scheduler.stop();
    if (!isBroken()) {
      let isJudged = false;
      void judgeEnd(world).finally(() => {
        isJudged = true;
      });
      await time.run(() => isJudged);
    }
    return {
      seed,
      runs,
      putBack: [...putBack],
      begun,
      admitted: world.register.admitted.size,
      deaths: Object.values(world.fleets).reduce((sum, fleet) => sum + fleet.deaths(), 0),
      events: time.events(),
      deliveries: world.pubsub.deliveries(),
      deadLetters: world.pubsub.deadLetters(),
      violations: journal.violations,
      answers: Object.fromEntries(world.register.answers),
      played: Object.fromEntries(world.register.played),
      lastLines: journal.lastLines(50),
    };
  });
}

/** Makes a tenant with its keys. */
function onboard(
  { tenantId, monthly, concurrent, queue }: TenantPlan,
  { bigquery, time }: World,
): readonly Caller[] {
  bigquery.createTenant(tenantId);
  const now = new Date(time.now());
  bigquery.apply(tenantId, insertTenant.name, {
    tenant_id: tenantId,
    company_name: null,
    contact_email: null,
    subscription_tier: 'ENTERPRISE',
    max_pipelines_per_month: monthly,
    max_concurrent_pipelines: concurrent,
    max_bytes_billed_per_month: null,
    max_queued_pipelines: queue,
    alert_at_percent: '80,100',
    notes: null,
    onboarding_id: null,
    now,
  });
  return Array.from({ length: keysPerTenant }, (_, key) => {
    const apiKey = createApiKey(tenantId);
    const keyId = keyIdOf(tenantId, key);
    bigquery.apply(tenantId, insertApiKey.name, {
      key_id: keyId,
      tenant_id: tenantId,
      key_hash: hashApiKey(apiKey),
      last_four: null,
      name: null,
      scopes: [],
      pipelines: [],
      now,
      created_by: null,
      expires_at: null,
    });
    return { tenantId, keyId, apiKey };
  });
}
