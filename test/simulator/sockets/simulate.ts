import { countMessages, untilQuiet } from './judge/quiet';
import { judge } from './judge/verdict';
import { createAdministration, untilAnswered } from './load/administration';
import type { Caller } from './load/caller';
import { describeAnswer } from './load/client';
import { createGate } from './load/gate';
import { play } from './load/play';
import { createRegister } from './load/register';
import { planTenants, type TenantPlan } from './load/workload';
import type { SimulatorOptions } from './options';
import { type Report, reportOf } from './report';
import { startScheduler } from './world/scheduler';
import { startWorld, type World } from './world/world';

/** How far a simulation has come. */
export interface Progress {
  readonly phase: string;
  readonly wanted: number;
  readonly admitted: number;
  readonly ended: number;
  readonly violations: number;
}

const quietLimitMs = 180_000;

/**
 * Plays a simulation from its seed: tenants are onboarded, the workload goes through several instances of
 * each function over a cloud with faults, and when all is quiet the tables are compared with what callers
 * were told.
 *
 * The seed decides the workload, the run ids, and what goes wrong with the n-th call of each identity (a job,
 * a statement with its parameters, a message). It does not decide when things happen, and so which requests
 * share a statement.
 */
export async function simulate(
  options: SimulatorOptions,
  onProgress: (progress: () => Progress) => void = () => undefined,
): Promise<Report> {
  const began = performance.now();
  const world = await startWorld(options);
  try {
    const { journal, fleets, bigquery } = world;
    const register = createRegister();
    let phase = 'onboarding';
    onProgress(() => ({
      phase,
      wanted: register.wanted.size,
      admitted: register.admitted.size,
      ended: journal.endedRuns.size,
      violations: journal.violations.length,
    }));
    const plans = planTenants(options);
    const callers: Caller[] = [];
    for (const plan of plans) callers.push(await onboard(plan, world));
    const tenantIds = plans.map(({ tenantId }) => tenantId);

    world.setTrouble(true);
    const scheduler = startScheduler(options.seed, world);
    const administration = createAdministration(world);
    const { seed } = options;
    phase = 'playing';
    await play(options, { seed, world, register, gate: createGate(), callers, administration });

    phase = 'waiting for quiet';
    world.setTrouble(false);
    const isQuiet = await untilQuiet(world, tenantIds, quietLimitMs);
    await scheduler.stop();
    if (!isQuiet) journal.violate('all comes to an end', `Not quiet after ${quietLimitMs / 1000} s`);
    phase = 'judging';
    const leftMessages = await countMessages(world, world.subscriptions.runs);
    if (leftMessages > 0) journal.violate('no message is left', `${leftMessages} messages`);
    if (register.admitted.size === 0) journal.violate('something happens', 'No run was admitted');
    const verdict = await judge(tenantIds, { bigquery, journal, register });
    return reportOf({
      seed,
      register,
      reconciled: scheduler.reconciled,
      deaths: Object.entries(fleets).map(([name, fleet]) => [name, fleet.deaths()]),
      traffic: world.traffic,
      commits: world.commits(),
      leftMessages,
      deadLetters: await countMessages(world, world.subscriptions.deadLetters),
      seconds: (performance.now() - began) / 1000,
      verdict,
      journal,
    });
  } finally {
    await world.close();
  }
}

async function onboard({ tenantId, monthly, concurrent }: TenantPlan, { fleets }: World): Promise<Caller> {
  const answer = await untilAnswered({
    name: `onboarding of ${tenantId}`,
    url: `${fleets.onboard.url}/api/v1/customers/onboard`,
    body: {
      tenant_id: tenantId,
      company_name: tenantId,
      contact_email: `admin@${tenantId.replace('_', '-')}.example`,
      subscription_tier: 'ENTERPRISE',
      max_pipelines_per_month: monthly,
      max_concurrent_pipelines: concurrent,
    },
  });
  if (answer.kind === 'answered' && answer.status === 201 && typeof answer.body.api_key === 'string') {
    return { tenantId, apiKey: answer.body.api_key };
  }
  throw new Error(`Onboarding of ${tenantId}: ${describeAnswer(answer)}`);
}
