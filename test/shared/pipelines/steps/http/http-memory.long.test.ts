// In short: ./byte-budget.test.ts
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import {
  type ExecutionTools,
  type HttpTools,
  TransientFailure,
} from '../../../../../shared/pipelines/execution';
import { type ByteBudget, createByteBudget } from '../../../../../shared/pipelines/steps/http/byte-budget';
import { type Answer, type HttpsApi, startHttpsApi } from '../../../../support/https-api';
import { runOfYaml } from '../../support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../support/tenant-dataset';

/** How much of a process's memory, and of a delivery's time, http steps may take. */
describe('an http step', () => {
  let tenant: TenantDataset;
  let api: HttpsApi;
  beforeAll(async () => {
    [tenant, api] = await Promise.all([
      startTenantDataset({ limits: { loadMs: 2_000, queryMs: 1, dmlMs: 1, ddlMs: 1, streamingMs: 1 } }),
      startHttpsApi(),
    ]);
  });
  afterAll(async () => {
    await api?.close();
    await tenant?.close();
  });

  const total = 1_000;
  /** Notes each reservation. */
  const watchedBudget = () => {
    const budget = createByteBudget(total);
    const asked: number[] = [];
    let heard = () => {};
    const whenAsked = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const watched: ByteBudget = {
      reserve(bytes) {
        asked.push(bytes);
        const reservation = budget.reserve(bytes);
        heard();
        return reservation;
      },
    };
    return { budget: watched, all: () => budget.reserve(total), asked, whenAsked };
  };
  const toolsWith = (more: Partial<HttpTools>): ExecutionTools => ({
    ...tenant.tools,
    http: { hosts: [api.host], get: api.get, secretOf: () => undefined, ...more },
  });
  const runOf = (runId: string, fields: string, others = '') =>
    runOfYaml(
      runId,
      `
sources: [gs://billing/]
steps:
  - id: rates
    type: http
    url: https://${api.host}/v1/rates
    schema: [{ name: id, type: INT64 }]
    destination: { table: ${runId}, write_disposition: WRITE_TRUNCATE }
    retry: { max_attempts: 1 }
${fields.trim().replace(/^/gm, '    ')}
${others}`,
    );
  const csv = 'format: CSV\nmax_bytes: 600';
  const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });

  describe('that needs memory', () => {
    it('asks for nothing before there is room, and gives it back when it has ended', async () => {
      api.answerBy(() => ({ body: '1\n' }));
      const { budget, all, whenAsked, asked } = watchedBudget();
      const others = all();
      const executed = executePipeline(runOf('waits', csv), toolsWith({ budget }));
      await whenAsked;
      // Time for a connection that must not come.
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(api.connections()).toBe(0);
      others.giveBack();
      expect(await executed).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
      expect(asked).toEqual([600]);
      await all().granted;
    });

    it('sets aside a page of JSON in addition to its file', async () => {
      api.answerBy(() => json([{ id: 1 }]));
      for (const [runId, fields, bytes] of [
        ['small', 'max_bytes: 300', 600],
        ['usual', '', 33_554_432 + 8_388_608],
      ] as const) {
        const { budget, asked, all } = watchedBudget();
        const outcome = await executePipeline(runOf(runId, `format: JSON\n${fields}`), toolsWith({ budget }));
        expect([outcome.status, asked]).toEqual(['COMPLETED', [bytes]]);
        await all().granted;
      }
    });

    it('is delivered again if there is no room in time', async () => {
      const { budget, all } = watchedBudget();
      const others = all();
      const failed = executePipeline(runOf('crowded', `${csv}\ntimeout_seconds: 1`), toolsWith({ budget }));
      await expect(failed).rejects.toThrow(TransientFailure);
      await expect(failed).rejects.toThrow('There was no room in memory for its max_bytes');
      others.giveBack();
      await all().granted;
    });

    it.each([
      ['fails', { status: 404 }, 'FAILED'],
      ['has to be delivered again', { status: 503 }, TransientFailure.name],
    ])('gives it back if it %s', async (_, answer: Answer, expected) => {
      api.answerBy(() => answer);
      const { budget, all } = watchedBudget();
      const outcome = await executePipeline(runOf(`gives_${expected}`, csv), toolsWith({ budget })).then(
        ({ status }) => status,
        (error: unknown) => (error instanceof Error ? error.name : undefined),
      );
      expect(outcome).toBe(expected);
      await all().granted;
    });

    it('gives it back if it is stopped, whether it waits or reads', async () => {
      for (const isWaiting of [true, false]) {
        const { budget, all, whenAsked } = watchedBudget();
        const stop = new AbortController();
        const ends = new Error('the delivery ends');
        const others = isWaiting ? all() : undefined;
        api.answerBy(() => {
          stop.abort(ends);
          return 'hang';
        });
        const executed = executePipeline(runOf('stopped', csv), toolsWith({ budget }), stop.signal);
        if (isWaiting) void whenAsked.then(() => stop.abort(ends));
        await expect(executed).rejects.toThrow('the delivery ends');
        others?.giveBack();
        await all().granted;
      }
    });

    it('needs none if its job exists already', async () => {
      api.answerBy(() => ({ body: '1\n' }));
      await executePipeline(runOf('attached', csv), toolsWith({}));
      const { budget, asked } = watchedBudget();
      expect(await executePipeline(runOf('attached', csv), toolsWith({ budget }))).toMatchObject({
        status: 'COMPLETED',
      });
      expect(asked).toEqual([]);
    });
  });

  describe('whose answers are too large', () => {
    const numbers = `[${Array(20).fill('{"id":1e18}').join(',')}]`;
    it.each([
      [
        'a page of JSON',
        'format: JSON',
        `[${' '.repeat(8 * 1024 * 1024)}]`,
        'the answer is larger than 8388608 bytes: ask for smaller pages.',
      ],
      [
        'records that are longer in the file',
        `format: JSON\nmax_bytes: ${numbers.length}`,
        numbers,
        `the answers are larger than its max_bytes, ${numbers.length}.`,
      ],
    ])('fails: %s', async (_, fields, body, message) => {
      api.answerBy(() => ({ body }));
      expect(await executePipeline(runOf('large', fields), toolsWith({}))).toMatchObject({
        status: 'FAILED',
        errorCode: 'resources_exceeded',
        errorMessage: `Step 'rates' failed: GET https://${api.host}/v1/rates, page 1: ${message}`,
      });
    });
  });

  it('whose download takes longer than one delivery allows fails for good, and nothing else goes on', async () => {
    api.answerBy((_, index) => (index === 0 ? { body: '1\n' } : 'hang'));
    tenant.putFile('numbers.csv', '1\n2\n');
    const beside = `  - id: load
    type: load
    source_uris: [gs://billing/numbers.csv]
    format: CSV
    schema: [{ name: n, type: INT64 }]
    destination: { table: numbers, write_disposition: WRITE_APPEND }`;
    const run = runOf('long', 'format: CSV\npaging: { type: page_number, parameter: page }', beside);
    const outcome = await executePipeline(run, toolsWith({ longestDownloadMs: 1_000 }));
    expect(outcome).toMatchObject({
      status: 'FAILED',
      failedStep: 'rates',
      errorCode: 'timed_out',
      errorMessage:
        "Step 'rates' failed: Its download takes longer than 1 seconds, which is what one delivery of its run has for it: ask for less, or in several steps.",
    });
    expect(outcome.steps).toContainEqual(
      expect.objectContaining({ stepId: 'load', error: expect.objectContaining({ code: 'stopped' }) }),
    );
    await expect(tenant.query('SELECT n FROM numbers')).rejects.toThrow('Not found: Table');
  });
});
