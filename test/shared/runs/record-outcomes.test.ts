import type { AppendedRow } from '../../../shared/google/bigquery/tables/append-rows';
import { recordIn } from '../../../shared/runs/all-runs';
import { createRecordOutcomes, createTellOutcomes } from '../../../shared/runs/record-outcomes';
import type { RecordedOutcome } from '../../../shared/runs/rules/ledger-row';
import { longestUntoldMs } from '../../../shared/runs/rules/run-times';
import { collectingLog } from '../../functions/support/serve';
import { startedByKey } from '../../support/started-by';

const now = new Date('2026-11-30T12:00:00Z');
const life = { tenant_id: 'acme', onboarding_id: 'life1' };

const outcomeOf = (run_id: string, ageMs = 0): RecordedOutcome => ({
  run_id,
  pipeline: 'gcp/example/dryrun',
  parameters: '{}',
  trigger: 'api',
  request_hash: null,
  ...startedByKey,
  status: 'COMPLETED',
  error_code: null,
  error_message: null,
  failed_step: null,
  admitted_at: now,
  started_at: now,
  ended_at: now,
  duration_ms: 0,
  rows_written: 0,
  bytes_processed: 0,
  bytes_billed: 0,
  watermark: null,
  recorded_at: new Date(now.getTime() - ageMs),
});

/** What is told and appended, in this order. The first so many calls of each fail. */
function world(failing: { readonly tell?: number; readonly append?: number } = {}) {
  const done: string[] = [];
  const left = { tell: failing.tell ?? 0, append: failing.append ?? 0 };
  const { log, lines } = collectingLog();
  const record = createRecordOutcomes({
    tellOutcomes: createTellOutcomes(
      async (events) => {
        if (left.tell-- > 0) throw new Error('The topic is gone');
        done.push(...events.map(({ id }) => id));
      },
      async ({ operation_id }) => void done.push(`woken ${operation_id}`),
    ),
    appendRows: async (_, table, rows: readonly AppendedRow[]) => {
      if (left.append-- > 0) throw new Error('No rows are taken');
      done.push(...rows.map(({ json }) => `${table} ${json.run_id}`));
    },
    now: () => now,
    log,
  });
  return { done, lines, record };
}

const told = (runId: string) => `run.settled-acme-life1-${runId}`;
const appended = (runId: string) => `pipeline_runs ${runId}`;

describe('Recording outcomes', () => {
  it('tells all of them by one call, and then appends them', async () => {
    const { done, record } = world();
    await record(life, [outcomeOf('a'), outcomeOf('b')]);
    expect(done).toEqual([told('a'), told('b'), appended('a'), appended('b')]);
  });

  it('wakes the operations that have started them, each once', async () => {
    const { done, record } = world();
    const operation = { operation_id: 'op_1', started_at: '2026-11-30T12:00:00.000Z' };
    const instructions = JSON.stringify({ operation });
    const started = ['a', 'b'].map((runId) => ({ ...outcomeOf(runId), instructions }));
    await record(life, [...started, outcomeOf('c')]);
    expect(done.filter((what) => what.startsWith('woken'))).toEqual(['woken op_1']);
    expect(done.slice(-3)).toEqual([appended('a'), appended('b'), appended('c')]);
  });

  it('appends none that could not be told', async () => {
    const { done, record } = world({ tell: 1 });
    const outcomes = [outcomeOf('a')];
    await expect(record(life, outcomes)).rejects.toThrow('The topic is gone');
    expect(done).toEqual([]);
    await record(life, outcomes);
    expect(done).toEqual([told('a'), appended('a')]);
  });

  it('does not tell again where only the append is repeated', async () => {
    const { done, record } = world({ append: 1 });
    const [a, b] = [outcomeOf('a'), outcomeOf('b')];
    await expect(record(life, [a])).rejects.toThrow('No rows are taken');
    await record(life, [a, b]);
    expect(done).toEqual([told('a'), told('b'), appended('a'), appended('b')]);
  });

  it('does not hold up the ledger for ever, and says so', async () => {
    const { done, lines, record } = world({ tell: 2 });
    const [old, fresh] = [outcomeOf('old', longestUntoldMs), outcomeOf('fresh', longestUntoldMs - 1)];
    await expect(record(life, [old, fresh])).rejects.toThrow('The topic is gone');
    expect(done).toEqual([appended('old')]);
    await record(life, [old]);
    expect(done).toEqual([appended('old'), appended('old')]);
    expect(lines).toMatchObject([
      { severity: 'ERROR', message: 'Settled runs were recorded although nobody could be told of them' },
    ]);
  });
});

describe('all_runs', () => {
  it('takes runs of several tenants that end together in one insert', async () => {
    const inserts: (readonly AppendedRow[])[] = [];
    const append = async (table: string, ...rows: readonly AppendedRow[]) => {
      expect(table).toBe('all_runs');
      inserts.push(rows);
    };
    const recordInAllRuns = recordIn({ append }, { monotonicMs: () => 0 });
    await Promise.all(
      ['first', 'second', 'third'].map((id) =>
        recordInAllRuns({ tenant_id: `${id}_tenant`, onboarding_id: 'life' }, outcomeOf(id)),
      ),
    );
    expect(inserts.map((rows) => rows.map(({ json }) => json.tenant_id))).toEqual([
      ['first_tenant'],
      ['second_tenant', 'third_tenant'],
    ]);
    expect(inserts[0]?.[0]).toMatchObject({ insertId: `first-life-${now.getTime()}` });
  });

  it('is left alone for half a minute after it took no rows', async () => {
    let nowMs = 0;
    let calls = 0;
    const append = async () => {
      calls += 1;
      if (calls === 1) throw Object.assign(new Error('Access Denied'), { code: 403 });
    };
    const recordInAllRuns = recordIn({ append }, { monotonicMs: () => nowMs });
    await expect(recordInAllRuns(life, outcomeOf('one'))).rejects.toThrow('Access Denied');
    nowMs = 29_999;
    await expect(recordInAllRuns(life, outcomeOf('two'))).rejects.toThrow('a moment ago');
    expect(calls).toBe(1);
    nowMs = 30_000;
    await recordInAllRuns(life, outcomeOf('two'));
    expect(calls).toBe(2);
  });
});
