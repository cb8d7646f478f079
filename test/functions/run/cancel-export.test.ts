import { eventually } from '../../support/local-cloud';
import { push } from '../support/instances';
import { startProxy, type Treatment } from '../support/proxy';
import { type CancelWorld, queryExport, startCancelWorld, stopped } from './cancel-world';

describe('Cancelling the export of a query', () => {
  let world: CancelWorld;
  beforeAll(async () => {
    world = await startCancelWorld();
  });
  beforeEach(() => world.loads.letGo());
  afterAll(() => world?.close());

  it('stops its second job', async () => {
    const apiKey = await world.backends.onboard('export');
    await world.backends.hold('export', ['run-1'], { pipeline: queryExport });
    const worker = await world.startWorker({ watchEveryMs: 60_000 });
    world.loads.hold();
    const delivery = push(worker, 'export', 'run-1', queryExport);
    await world.whenRunning('export', '1_extract');
    expect(await world.show(apiKey)).toMatchObject({ steps: [{ step_id: 'out', status: 'RUNNING' }] });
    expect((await world.cancel(apiKey)).status).toBe(202);
    world.loads.letGo();
    expect((await delivery).status).toBe(204);
    expect(await world.jobsOf('export')).toEqual(
      expect.arrayContaining([stopped('1_extract'), { step: 'out_1', state: 'DONE', reason: undefined }]),
    );
    expect(await world.jobsOf('export')).toHaveLength(2);
    await world.expectCancelledOnce('export');
  });

  it('between its two jobs also stops the second', async () => {
    const apiKey = await world.backends.onboard('half_export');
    await world.backends.hold('half_export', ['run-1'], { pipeline: queryExport });
    const between = await startProxy(world.backends.bigquery.url);
    let startSecond = () => {};
    const cancelled = new Promise<void>((resolve) => {
      startSecond = resolve;
    });
    let isAsked = false;
    between.treat(async ({ startsJob }): Promise<Treatment> => {
      if (!startsJob?.endsWith('_extract')) return 'pass';
      isAsked = true;
      await cancelled;
      return 'pass';
    });
    const worker = await world.startWorker({ watchEveryMs: 20, bigqueryUrl: between.url });
    world.loads.hold();
    const delivery = push(worker, 'half_export', 'run-1', queryExport);
    await eventually('the start of the second job', async () => isAsked || undefined);
    expect(await world.show(apiKey)).toMatchObject({ steps: [{ step_id: 'out', status: 'RUNNING' }] });
    expect((await world.cancel(apiKey)).status).toBe(202);
    startSecond();
    await eventually('the worker’s request to stop its second job', async () =>
      between.calls.find(({ path, status }) => path.includes('_extract/cancel') && status === 200),
    );
    world.loads.letGo();
    expect((await delivery).status).toBe(204);
    await eventually('the end of the second job', async () =>
      (await world.jobsOf('half_export')).every(({ state }) => state === 'DONE') ? true : undefined,
    );
    expect(await world.jobsOf('half_export')).toContainEqual(stopped('1_extract'));
    await between.close();
    await world.expectCancelledOnce('half_export');
  });
});
