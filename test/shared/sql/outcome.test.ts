import { randomUUID } from 'node:crypto';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { allDays, timedRunId } from '../../../shared/runs/rules/run-identity';
import { findRecordedRun } from '../../../shared/runs/show-run';
import { listRuns } from '../../../shared/sql/runs/list-runs';
import { listRunsToRerun } from '../../../shared/sql/runs/list-runs-to-rerun';
import { readRun } from '../../../shared/sql/runs/read-run';
import { readWatermark } from '../../../shared/sql/runs/read-watermark';
import { listBillableRuns } from '../../../shared/sql/usage/list-billable-runs';
import { readUsage } from '../../../shared/sql/usage/read-usage';
import { type Backends, dryrun, startBackends } from '../../functions/support/backends';

describe('The outcome of a run with two ledger rows', () => {
  let backends: Backends;
  beforeAll(async () => {
    backends = await startBackends();
  });
  afterAll(() => backends?.close());

  const at = '2026-11-01T10:00:00.123Z';
  const early = '2026-11-01T10:00:00.122Z';
  const append = (tenant_id: string, rows: readonly Record<string, string>[]) =>
    createAppendRows(backends.client)(
      tenant_id,
      'pipeline_runs',
      rows.map((row, index) => {
        const usual = { run_id: 'run-1', tenant_id, pipeline: dryrun, admitted_at: at, ended_at: at };
        return { insertId: String(index), json: { ...usual, recorded_at: at, ...row } };
      }),
    );
  const month = { from: new Date('2026-11-01'), to: new Date('2026-12-01') };
  const read = async <Row>(statement: Promise<{ readonly rows: readonly Row[] }>) => (await statement).rows;

  const everyReader = async (tenant_id: string) => {
    const { runStatement } = backends;
    const place = { status: null, pipeline: null, before_at: null, before_id: null, limit: 10 };
    const parts = { by_day: false, by_status: false };
    const page = { after_at: null, after_id: null, limit: 10 };
    const [shown] = await read(runStatement(tenant_id, readRun, { tenant_id, run_id: 'run-1', ...allDays }));
    const listed = await read(runStatement(tenant_id, listRuns, { tenant_id, ...month, ...place }));
    const used = await read(runStatement(tenant_id, readUsage, { tenant_id, ...month, ...parts }));
    const billed = await read(runStatement(tenant_id, listBillableRuns, { tenant_id, ...month, ...page }));
    const marks = await read(runStatement(tenant_id, readWatermark, { tenant_id, pipeline: dryrun }));
    return {
      shown: shown?.status,
      listed: listed.map(({ status }) => status),
      used: used
        .slice(1)
        .map(({ runs, completed, failed, cancelled }) => ({ runs, completed, failed, cancelled })),
      billed: billed.map(({ ended_at }) => ended_at.toISOString()),
      marks: marks.map(({ watermark }) => watermark),
    };
  };

  const cancelled = {
    shown: 'CANCELLED',
    listed: ['CANCELLED'],
    used: [{ runs: 1, completed: 0, failed: 0, cancelled: 1 }],
    billed: [],
    marks: [],
  };
  const completed = {
    shown: 'COMPLETED',
    listed: ['COMPLETED'],
    used: [{ runs: 1, completed: 1, failed: 0, cancelled: 0 }],
    billed: [early],
    marks: ['early'],
  };
  const done = { status: 'COMPLETED', watermark: 'late' };

  it.each([
    ['recorded first', { ...done, recorded_at: early, ended_at: early, watermark: 'early' }, completed],
    ['recorded in the same millisecond, by the order of the outcomes’ names', done, cancelled],
    ['recorded later', { ...done, recorded_at: '2026-11-01T10:00:00.124Z' }, cancelled],
  ])(
    'is the same to every reader, whichever comes first in the table: one %s',
    async (what, row, expected) => {
      for (const [index, rows] of [
        [row, { status: 'CANCELLED' }],
        [{ status: 'CANCELLED' }, row],
      ].entries()) {
        const tenantId = `${what.replaceAll(/[^a-z]/g, '_').slice(0, 40)}_${index}`;
        await backends.onboard(tenantId);
        await append(tenantId, rows);
        expect(await everyReader(tenantId)).toEqual(expected);
      }
    },
  );

  it('of two with one outcome is the one that ended first', async () => {
    const rows = [
      { ...done, ended_at: early, watermark: 'early' },
      { ...done, watermark: 'late' },
    ];
    for (const [index, order] of [rows, rows.toReversed()].entries()) {
      await backends.onboard(`same_${index}`);
      await append(`same_${index}`, order);
      expect(await everyReader(`same_${index}`)).toEqual(completed);
    }
  });

  it('aside: a run is looked for in the days that its id names first, and is found in any', async () => {
    const tenantId = 'days';
    await backends.onboard(tenantId);
    const admitted = new Date(at);
    const usual = timedRunId('0b6a7d1e-3a0c-4f57-8a3f-4b8a4f7f2c11', admitted);
    // The clock that made it was wrong.
    const odd = timedRunId('0b6a7d1e-3a0c-4f57-8a3f-4b8a4f7f2c12', new Date(+admitted - 40 * 86_400_000));
    const again = timedRunId('0b6a7d1e-3a0c-4f57-8a3f-4b8a4f7f2c13', new Date(+admitted + 86_400_000));
    const rerun = { run_id: again, rerun_of: usual, admitted_at: '2026-12-24T10:00:00Z' };
    await append(tenantId, [
      { ...done, run_id: usual },
      { ...done, run_id: odd },
      { ...done, ...rerun },
    ]);
    const step = { tenant_id: tenantId, pipeline: dryrun, step_id: 's', step_type: 'query', attempt: '1' };
    const times = { status: 'COMPLETED', started_at: at, ended_at: at, recorded_at: at };
    await createAppendRows(backends.client)(
      tenantId,
      'step_logs',
      [usual, odd].map((run_id) => ({ insertId: run_id, json: { run_id, ...step, ...times } })),
    );
    const asked: unknown[] = [];
    const runStatement: RunStatement = (dataset, statement, parameters, options) => {
      asked.push(statement.name);
      return backends.runStatement(dataset, statement, parameters, options);
    };
    const found = await findRecordedRun(tenantId, usual, runStatement);
    expect(found).toMatchObject({ run_id: usual, attempts: [{ step_id: 's' }], reruns: [again] });
    expect(asked).toHaveLength(1);
    expect(await findRecordedRun(tenantId, odd, runStatement)).toMatchObject({
      run_id: odd,
      attempts: [{ step_id: 's' }],
    });
    expect(asked).toHaveLength(3);
    const nothing = findRecordedRun(tenantId, timedRunId(randomUUID(), admitted), runStatement);
    await expect(nothing).rejects.toMatchObject({ code: 'run_not_found' });
  });

  it('aside: of runs with one row those are to be done again that match, that a key may start, and that none has done again', async () => {
    const tenant_id = 'again';
    await backends.onboard(tenant_id);
    const failed = (run_id: string, pipeline: string, more = {}) => ({
      run_id,
      pipeline,
      status: 'FAILED',
      ...more,
    });
    await append(tenant_id, [
      failed('1', 'a/b/c'),
      failed('2', 'a/b/c', { rerun_of: '1', status: 'COMPLETED' }),
      failed('3', 'a/b/d'),
      failed('4', 'a/bb/c'),
    ]);
    const idsOf = async (pipelines: string[], change = {}) => {
      const filter = {
        tenant_id,
        ...month,
        status: 'FAILED',
        pipeline: null,
        pipelines,
        limit: 10,
        ...change,
      };
      const rows = await read(backends.runStatement(tenant_id, listRunsToRerun, filter));
      return rows.map(({ run_id }) => run_id);
    };
    expect(await idsOf([])).toEqual(['4', '3']);
    expect(await idsOf(['a/b/*'])).toEqual(['3']);
    expect(await idsOf(['a/bb/c', 'x/y/z'])).toEqual(['4']);
    expect(await idsOf([], { status: null, pipeline: 'a/b/c' })).toEqual(['2']);
    expect(await idsOf([], { to: new Date(at) })).toEqual([]);
  });
});
