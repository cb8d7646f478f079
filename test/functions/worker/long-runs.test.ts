import { rmSync } from 'node:fs';
import {
  type ClaimHandOver,
  createClaimHandOver,
} from '../../../shared/google/bigquery/jobs/claim-hand-over';
import { createPublishRun } from '../../../shared/google/pubsub/publish-run';
import { eventually, query } from '../../support/local-cloud';
import { type Backends, dryrun, runTopic, startBackends } from '../support/backends';
import { holdLoads } from '../support/held-loads';
import { type Instance, push, startWorkerInstance } from '../support/instances';
import { startProxy } from '../support/proxy';
import { numbers, slowLoad, slowLoadSchemas } from '../support/slow-load';

describe('A run that takes longer than a delivery may', () => {
  let backends: Backends;
  let schemas: string;
  const loads = holdLoads();
  const workers: Instance[] = [];
  beforeAll(async () => {
    backends = await startBackends({ limits: loads.limits });
    backends.putFile(numbers.path, numbers.text);
    schemas = slowLoadSchemas();
  });
  afterEach(async () => {
    loads.letGo();
    for (const worker of workers.splice(0)) await worker.close();
  });
  afterAll(async () => {
    await backends?.close();
    rmSync(schemas, { recursive: true });
  });

  const startWorker = async (change: Partial<Parameters<typeof startWorkerInstance>[0]> = {}) => {
    const worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url, schemas, ...change });
    workers.push(worker);
    return worker;
  };
  const handOvers = (worker: Instance) =>
    worker.lines.filter(({ message }) => message === 'A long run is handed over to a fresh message');
  const leftToOthers = (worker: Instance) =>
    worker.lines.filter(({ message }) => message.startsWith('A long run is left to'));
  const loadJobs = async (runId: string) =>
    (await backends.client.getJobs())[0].filter(({ id }) => id?.includes(runId) && id.includes('load'));
  const loaded = (tenantId: string) => query(backends.client, tenantId, 'SELECT n FROM numbers ORDER BY n');
  const whenOver = (tenantId: string) =>
    eventually(`the end of the runs of ${tenantId}`, async () =>
      (await backends.usage(tenantId)).slots.length === 0 ? true : undefined,
    );
  const once = async (tenantId: string, runId: string) => {
    expect(await loadJobs(runId)).toHaveLength(1);
    expect(await loaded(tenantId)).toEqual([{ n: 1 }, { n: 2 }]);
    const outcomes = 'SELECT DISTINCT run_id, status FROM pipeline_runs';
    expect(await query(backends.client, tenantId, outcomes)).toEqual([
      { run_id: runId, status: 'COMPLETED' },
    ]);
    expect(await backends.usage(tenantId)).toEqual({ ever: 1, month: 1, running: 0, slots: [] });
  };

  it('is handed over to fresh messages until it is over; its job is started once', async () => {
    const worker = await startWorker({ handOverAfterMs: 150 });
    const topic = backends.messages.topic(runTopic);
    const [subscription] = await topic.createSubscription('worker', {
      pushConfig: { pushEndpoint: `${worker.url}/` },
    });
    await backends.onboard('long_run');
    await backends.hold('long_run', ['run-long'], { pipeline: slowLoad });
    loads.hold();
    await createPublishRun(runTopic)({ tenant_id: 'long_run', run_id: 'run-long', pipeline: slowLoad });
    await eventually('the first hand-over', async () => handOvers(worker)[0]);
    const firstHandOver = Date.now();
    await eventually('the third hand-over', async () => handOvers(worker)[2]);
    const lastHandOver = Date.now();
    loads.letGo();
    await whenOver('long_run');
    await subscription.delete();

    expect(handOvers(worker)[0]).toMatchObject({
      severity: 'INFO',
      tenant_id: 'long_run',
      run_id: 'run-long',
    });
    await once('long_run', 'run-long');
    const [row] = await backends.ledger('long_run');
    // It began with its first step, not with the last delivery.
    expect(Number(row?.duration_ms)).toBeGreaterThanOrEqual(lastHandOver - firstHandOver);
    const steps = 'SELECT step_id, status FROM step_logs';
    expect(await query(backends.client, 'long_run', steps)).toEqual([
      { step_id: 'load', status: 'COMPLETED' },
    ]);
  });

  it('is acknowledged only once the fresh message is published', async () => {
    const published: unknown[] = [];
    let isAway = true;
    const worker = await startWorker({
      handOverAfterMs: 100,
      publishRun: async (message) => {
        if (isAway) throw new Error('14 UNAVAILABLE');
        published.push(message);
      },
    });
    await backends.onboard('hand_over');
    await backends.hold('hand_over', ['run-over'], { pipeline: slowLoad });
    loads.hold();
    expect((await push(worker, 'hand_over', 'run-over', slowLoad)).status).toBe(503);
    expect(worker.lines).toContainEqual(
      expect.objectContaining({ severity: 'ERROR', tenant_id: 'hand_over', run_id: 'run-over' }),
    );
    isAway = false;
    expect((await push(worker, 'hand_over', 'run-over', slowLoad)).status).toBe(204);
    expect(published).toEqual([
      { tenant_id: 'hand_over', run_id: 'run-over', pipeline: slowLoad, has_begun: true },
    ]);
    expect(await backends.ledger('hand_over')).toEqual([]);
    const patient = await startWorker();
    loads.letGo();
    expect((await push(patient, 'hand_over', 'run-over', slowLoad)).status).toBe(204);
    await once('hand_over', 'run-over');
  });

  it('is handed over by one of its deliveries, however often it was published', async () => {
    const claim = createClaimHandOver(backends.client);
    const won: string[] = [];
    const claimHandOver: ClaimHandOver = async (handOver) => {
      const isFirst = await claim(handOver);
      if (isFirst) won.push(handOver.jobId);
      return isFirst;
    };
    // An instance works on a run once, so each of these is an instance that gets every message.
    const instances = await Promise.all(
      [1, 2, 3].map(() => startWorker({ handOverAfterMs: 400, claimHandOver })),
    );
    const topic = backends.messages.topic(runTopic);
    const subscriptions = await Promise.all(
      instances.map(({ url }, index) =>
        topic.createSubscription(`worker-${index}`, { pushConfig: { pushEndpoint: `${url}/` } }),
      ),
    );
    const handedOver = () => instances.flatMap(handOvers);
    await backends.onboard('repeated');
    await backends.hold('repeated', ['run-repeated'], { pipeline: slowLoad });
    const message = { tenant_id: 'repeated', run_id: 'run-repeated', pipeline: slowLoad };
    loads.hold();
    await createPublishRun(runTopic)(message);
    await eventually('a delivery that hands over, and one that does not', async () =>
      handedOver().length > 0 && instances.flatMap(leftToOthers).length > 0 ? true : undefined,
    );
    loads.letGo();
    await whenOver('repeated');
    await Promise.all(subscriptions.map(([subscription]) => subscription.delete()));

    // However long it took, each turn had one winner, and nobody else handed the run over.
    expect(won.length).toBeGreaterThan(0);
    expect(new Set(won).size).toBe(won.length);
    expect(handedOver()).toHaveLength(won.length);
    await once('repeated', 'run-repeated');
  });

  it('recognises its own mark if the answer was lost', async () => {
    await backends.onboard('lost_answer');
    const handOver = {
      tenantId: 'lost_answer',
      runId: 'run-mark',
      jobId: 'tp_run-mark-12345678_hand-over_3',
      location: undefined,
    };
    const claim = createClaimHandOver(backends.client, () => 'me');
    expect(await claim(handOver)).toBe(true);
    expect(await claim(handOver)).toBe(true);
    expect(await createClaimHandOver(backends.client)(handOver)).toBe(false);
    expect(await createClaimHandOver(backends.client)({ ...handOver, jobId: `${handOver.jobId}4` })).toBe(
      true,
    );
  });

  it('is handed over if nobody can say whether it was already', async () => {
    const worker = await startWorker({
      handOverAfterMs: 100,
      claimHandOver: () => Promise.reject(Object.assign(new Error('away'), { code: 503 })),
      publishRun: async () => undefined,
    });
    await backends.onboard('unsaid');
    await backends.hold('unsaid', ['run-unsaid'], { pipeline: slowLoad });
    loads.hold();
    expect((await push(worker, 'unsaid', 'run-unsaid', slowLoad)).status).toBe(204);
    expect(handOvers(worker)).toHaveLength(1);
  });

  it('is not handed over if it ends in time', async () => {
    const worker = await startWorker();
    await backends.onboard('in_time');
    await backends.hold('in_time', ['run-time'], { pipeline: slowLoad });
    expect((await push(worker, 'in_time', 'run-time', slowLoad)).status).toBe(204);
    expect(handOvers(worker)).toEqual([]);
    await once('in_time', 'run-time');
  });

  it('leaves room for other tenants: what has no place waits in its slot, and is woken when one is free', async () => {
    const worker = await startWorker({ runsOfTenantAtOnce: 2 });
    const topic = backends.messages.topic(runTopic);
    const [subscription] = await topic.createSubscription('worker', {
      pushConfig: { pushEndpoint: `${worker.url}/` },
    });
    await backends.onboard('flood');
    await backends.onboard('other');
    await backends.hold('flood', ['run-1', 'run-2', 'run-3', 'run-4', 'run-5'], { pipeline: slowLoad });
    await backends.hold('other', ['run-other']);
    loads.hold();
    const pushRun = (runId: string) => push(worker, 'flood', runId, slowLoad);
    const first = Promise.all(['run-1', 'run-2'].map(pushRun));
    await eventually('the jobs of the first two', async () => {
      const jobs = await Promise.all(['run-1', 'run-2'].map(loadJobs));
      return jobs.flat().length === 2 || undefined;
    });
    const others = await Promise.all(['run-3', 'run-4', 'run-5'].map(pushRun));
    expect(others.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect((await push(worker, 'other', 'run-other', dryrun)).status).toBe(204);
    expect(await backends.ledger('other')).toMatchObject([{ run_id: 'run-other', status: 'COMPLETED' }]);
    expect((await backends.usage('flood')).slots).toHaveLength(5);
    expect(await loadJobs('run-3')).toEqual([]);
    loads.letGo();
    await first;
    await whenOver('flood');
    await subscription.delete();
    const outcomes = 'SELECT run_id, status FROM pipeline_runs ORDER BY run_id';
    expect(await query(backends.client, 'flood', outcomes)).toEqual(
      [1, 2, 3, 4, 5].map((n) => ({ run_id: `run-${n}`, status: 'COMPLETED' })),
    );
  });

  it('takes effect once, however many deliveries it has at the same time', async () => {
    const between = await startProxy(backends.bigquery.url);
    const bigqueryUrl = between.url;
    const instances = await Promise.all([startWorker({ bigqueryUrl }), startWorker({ bigqueryUrl })]);
    await backends.onboard('at_once');
    await backends.hold('at_once', ['run-once'], { pipeline: slowLoad });
    const deliveries = [0, 1, 0, 1, 0].flatMap((index) => instances[index] ?? []);
    loads.hold();
    const pushed = Promise.all(deliveries.map((worker) => push(worker, 'at_once', 'run-once', slowLoad)));
    await eventually('a start of the job by each instance', async () =>
      between.calls.filter(({ startsJob }) => startsJob?.includes('load')).length === 2 ? true : undefined,
    );
    loads.letGo();
    const answers = await pushed;
    await between.close();
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    await once('at_once', 'run-once');
  });
});
