import { backfill } from '../../../functions/operate/backfill';
import { bulkRerun } from '../../../functions/operate/bulk-rerun';
import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { OperationHead } from '../../../shared/operations/rules/operation';
import type { RerunDependencies } from '../../../shared/runs/rerun/rerun-run';

const at = '2026-11-30T12:00:00.000Z';
const pipeline: PipelineDefinition = {
  path: 'a/b/c',
  description: '',
  timeout_seconds: 60,
  max_parallel_steps: 1,
  sources: [],
  at_limit: 'cancel_oldest',
  slots: 1,
  queue_ttl_seconds: 60,
  parameters: { day: { type: 'DATE', description: 'The day.' } },
  steps: [],
};
const asked = {
  limit: 5,
  allowed_pipelines: [],
  asked_by: { key_id: 'key-1', address: null, request_id: null, asked_hash: null },
};
const headOf = (filter: object): OperationHead => ({
  operation_id: 'op_1',
  started_at: new Date(at),
  kind: 'any',
  tenant_id: 'acme',
  started_by_kind: 'key',
  started_by: 'key-1',
  filter: JSON.stringify({ ...asked, ...filter }),
  reason: null,
});

const nulls = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));
/** A run that is over, as BigQuery tells of it. */
const recorded = {
  ...nulls('trigger', 'request_hash', 'actor_kind', 'actor', 'address', 'request_id', 'rerun_of'),
  ...nulls('instructions', 'error_code', 'error_message', 'failed_step', 'started_at', 'duration_ms'),
  ...nulls('rows_written', 'bytes_processed', 'bytes_billed', 'watermark', 'handed_on_at'),
  ...nulls('lease_expires_at', 'queued_until', 'queue_place', 'onboarding_id', 'max_concurrent_pipelines'),
  ...nulls('mean_run_ms'),
  run_id: 'run-1',
  pipeline: pipeline.path,
  parameters: '{"day":"2026-01-31","gone":1}',
  status: 'FAILED',
  admitted_at: { value: at },
  ended_at: { value: at },
  reruns: [],
  attempts: [],
  checks: [],
};
const answers: Readonly<Record<string, object>> = {
  'find-operation-runs': { created_at: { value: at }, is_key_valid: true, ended: [], in_flight: [] },
  'read-run': recorded,
};

/** What admission is asked, of the runs that an operation starts. */
function startingWorld() {
  const candidates: { at_limit: string; parameters: string | null }[] = [];
  const runStatement: RunStatement = async (_, statement) => ({
    rows: [statement.row.parse(answers[statement.name])],
    affectedRows: 0,
    location: 'US',
  });
  const deps: RerunDependencies = {
    admit: async (_, { at_limit, parameters }) => {
      candidates.push({ at_limit, parameters });
      return { verdict: { kind: 'admitted' }, quotas: undefined };
    },
    publishRun: async () => undefined,
    runStatement,
    findOverwritten: async () => [],
    pipelines: new Map([[pipeline.path, pipeline]]),
    newId: () => 'new',
    now: () => new Date(at),
    log: () => undefined,
  };
  return { candidates, deps };
}

describe('Runs of an operation, of a pipeline whose newest run replaces the oldest', () => {
  it('wait for a slot, as dates of a backfill', async () => {
    const { candidates, deps } = startingWorld();
    const dates = { from: '2026-01-31', to: '2026-01-31', step: 'day', parameter: 'day', parameters: {} };
    const head = headOf({ pipeline: pipeline.path, ...dates, watermark: null });
    const item = { tenant_id: 'acme', item_id: '2026-01-31' };
    expect(await backfill(deps).advance(head, [item], 'look')).toMatchObject({ isAwaited: false });
    expect(candidates).toEqual([]);
    expect(await backfill(deps).advance(head, [item], 'begin')).toMatchObject({ isAwaited: true });
    expect(candidates).toEqual([{ at_limit: 'queue', parameters: '{"day":"2026-01-31"}' }]);
  });

  it('wait for a slot, as runs that are done again; without parameters that the pipeline no longer has', async () => {
    const { candidates, deps } = startingWorld();
    const head = headOf({ status: 'FAILED', pipeline: null, from: at, to: at, rerun_from: 'start' });
    const item = { tenant_id: 'acme', item_id: 'run-1' };
    expect(await bulkRerun(deps).advance(head, [item], 'begin')).toMatchObject({
      isAwaited: true,
      ended: [],
    });
    expect(candidates).toEqual([{ at_limit: 'queue', parameters: '{"day":"2026-01-31"}' }]);
  });
});
