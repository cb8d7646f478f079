import { type WorkerDependencies, workOnRun } from '../../../functions/worker/work-on-run';
import { pipelineSchema } from '../../../shared/definitions/schemas/pipeline-schema';
import { recordedOutcome } from '../../../shared/runs/rules/ledger-row';
import type { RunToSettle } from '../../../shared/runs/settling/decide-outcomes';
import { createJumpingClock, hours, type JumpingClock } from '../../support/jumping-clock';
import { neverQueued, startedByKey } from '../../support/started-by';

const message = { tenant_id: 'acme', run_id: 'run-1', pipeline: 'a/b/c' };
const steps = [{ id: 'one', type: 'query', sql: 'SELECT 1' }];
const pipeline = pipelineSchema.parse({ description: 'A test', timeout_seconds: 60, steps });
const completed = { status: 'COMPLETED', rowsWritten: 0, bytesProcessed: 0, bytesBilled: 0 } as const;

/** A run admitted a second ago; while it is executed, `meanwhile` happens. */
async function work(clock: JumpingClock, meanwhile: () => void) {
  const slot = {
    run_id: 'run-1',
    pipeline: 'a/b/c',
    parameters: '{}',
    trigger: 'api',
    request_hash: null,
    ...startedByKey,
    admitted_at: new Date(clock.now().getTime() - 1_000),
    lease_expires_at: new Date(clock.now().getTime() + hours(0.5)),
    ...neverQueued,
  };
  const life = { onboarding_id: null, subscription_tier: null, bytes_left: null, alerts: [] };
  const settled: RunToSettle[] = [];
  const logged: (Readonly<Record<string, unknown>> | undefined)[] = [];
  const deps: WorkerDependencies = {
    announceAlerts: async () => undefined,
    findRun: async () => ({ ...life, slot, is_recorded: false, location: 'US' }),
    findPipeline: () => ({ ...pipeline, path: 'a/b/c', steps: [] }),
    execute: async (_tenantId, _slot, _pipeline, now) => {
      const startedAt = now();
      clock.pass(3_000);
      meanwhile();
      clock.pass(500);
      return { ...completed, startedAt };
    },
    holdsSlot: async () => true,
    hasBegun: async () => true,
    settle: async (_tenantId, settling) => {
      settled.push(settling);
      const { run, outcome, startedAt, endedAt } = settling;
      const recorded = recordedOutcome(run, outcome, { startedAt, endedAt, recordedAt: clock.now() });
      return { outcome: recorded, appended: Promise.resolve() };
    },
    publishRun: async () => undefined,
    claimHandOver: async () => true,
    handOverAfterMs: 60_000,
    deliveryAttempts: 5,
    watchEveryMs: 60_000,
    clock,
    log: (_severity, _message, fields) => {
      logged.push(fields);
    },
  };
  await workOnRun(message, deps);
  return { settled, logged };
}

describe('A run in one delivery', () => {
  it.each([-2, 0, 2])('lasts as long as it lasts, though the clock jumps by %s hours', async (jump) => {
    const clock = createJumpingClock('2026-11-30T12:00:00Z');
    const { settled, logged } = await work(clock, () => clock.jump(hours(jump)));
    expect(settled).toMatchObject([
      {
        outcome: { status: 'COMPLETED' },
        startedAt: new Date('2026-11-30T12:00:00.000Z'),
        endedAt: new Date('2026-11-30T12:00:03.500Z'),
      },
    ]);
    expect(logged.filter((fields) => fields?.event === 'run_ended')).toMatchObject([{ duration_ms: 3_500 }]);
  });
});
