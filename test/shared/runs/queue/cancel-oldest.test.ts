import type { PipelineDefinition } from '../../../../shared/definitions/schemas/pipeline-schema';
import { ServiceError } from '../../../../shared/errors';
import type { Admission } from '../../../../shared/runs/admit';
import { startRun } from '../../../../shared/runs/start-run';

const pipeline: PipelineDefinition = {
  path: 'a/b/c',
  description: '',
  timeout_seconds: 60,
  max_parallel_steps: 1,
  sources: [],
  at_limit: 'cancel_oldest',
  slots: 1,
  queue_ttl_seconds: 60,
  parameters: {},
  steps: [],
};
const full = new ServiceError('concurrent_limit_reached', 'Full.');
const refused = (oldestRunId?: string): Admission => ({
  verdict: { kind: 'refused', error: full, oldestRunId },
  quotas: undefined,
});
const admitted: Admission = { verdict: { kind: 'admitted' }, quotas: undefined };

/** Starts a run where admission says one after the other of these; resolves to the runs that were cancelled for it. */
async function startWith(answers: readonly Admission[], cancel: () => Promise<void> = async () => undefined) {
  const left = [...answers];
  const cancelled: string[] = [];
  const told: (number | undefined)[] = [];
  let leftMs = 14_000;
  const started = startRun(
    {
      ...{ tenantId: 'acme', keyId: 'key', pipeline, parameters: {}, trigger: 'api' },
      ...{ actor_kind: 'key', actor: 'key-1', address: null, request_id: null },
      idempotencyKey: undefined,
      leftMs: () => (leftMs -= 1_000),
    },
    {
      admit: async (_tenantId, _candidate, withinMs) => {
        told.push(withinMs);
        return left.shift() ?? admitted;
      },
      publishRun: async () => undefined,
      cancelOldest: (_, runId) => {
        cancelled.push(runId);
        return cancel();
      },
      newId: () => 'new',
      now: () => new Date(),
      log: () => undefined,
    },
  );
  return {
    told: () => told,
    cancelled,
    outcome: await started.then(
      () => 'started',
      (error: ServiceError) => error.code,
    ),
  };
}

describe('A run that takes the place of the oldest of its pipeline', () => {
  it('is admitted once that one is cancelled', async () => {
    const { told, ...started } = await startWith([refused('old'), admitted]);
    expect(started).toEqual({ cancelled: ['old'], outcome: 'started' });
    // Each decision has what is left of its caller's time then.
    expect(told()).toEqual([13_000, 12_000]);
  });

  it('is refused where there is none, and cancels no more than one', async () => {
    expect(await startWith([refused()])).toMatchObject({ cancelled: [], outcome: full.code });
    const again = [refused('old'), refused('older')];
    expect(await startWith(again)).toMatchObject({ cancelled: ['old'], outcome: full.code });
  });

  it('takes the place of one that is gone, but not of one of which nobody knows', async () => {
    const gone = () => Promise.reject(new ServiceError('run_not_found', 'Gone.'));
    expect((await startWith([refused('old'), admitted], gone)).outcome).toBe('started');
    const unknown = () => Promise.reject(new ServiceError('unavailable', 'Ask again.'));
    expect((await startWith([refused('old'), admitted], unknown)).outcome).toBe('unavailable');
  });
});
