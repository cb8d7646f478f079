import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PushEndpoint, startPushEndpoint } from 'local-pubsub/testing';
import {
  type ClientEnvironment,
  createClientEnvironment,
} from '../../../local/cloud/servers/client-environment';
import { type Backends, runTopic, schemasWith, startBackends } from '../../functions/support/backends';
import { push } from '../../functions/support/instances';
import { type BigQueryProxy, type Call, startProxy } from '../../functions/support/proxy';
import { type FunctionProcess, spawnFunction } from '../../support/function-process';
import { type HttpsApi, startHttpsApi } from '../../support/https-api';
import { eventually, query } from '../../support/local-cloud';
import {
  apiNumbers,
  eventTopic,
  everyStep,
  everyStepDefinition,
  exportedFile,
  numbersFile,
} from './every-step';

/** A call of the worker at which it is killed. The first that matches is never answered. */
type Place = ((call: Call) => boolean) | 'asks the API';

export interface Moment {
  readonly moment: string;
  readonly at: Place;
}

const starts =
  (job: string) =>
  ({ startsJob }: Call): boolean =>
    startsJob?.endsWith(`_${job}`) === true;
const awaits =
  (job: string) =>
  ({ method, path }: Call): boolean =>
    method === 'GET' && new RegExp(`/(jobs|queries)/tp_[^/?]*_${job}(\\?|$)`).test(path);

const jobs = ['load_1', 'append_1', 'merge_1', 'check_1', 'export_1'];

/** When the job has begun, but the worker does not know; and when it knows, and waits for the job's end. */
const momentsOfJobs: readonly Moment[] = jobs.flatMap((job) => [
  { moment: `${job} has begun and it is not told`, at: starts(job) },
  { moment: `it waits for the end of ${job}`, at: awaits(job) },
]);

/** An extract may have ended before its start is answered; the event is published before the step after it begins. */
const otherMoments: readonly Moment[] = [
  { moment: 'it waits for a page of the API', at: 'asks the API' },
  { moment: 'fetch_1 has begun and it is not told', at: starts('fetch_1') },
  { moment: 'export_1_extract has begun and it is not told', at: starts('export_1_extract') },
  { moment: 'its event is published and nothing is known of it', at: starts('after_1') },
];

export const moments = [...momentsOfJobs, ...otherMoments];

/** Kills a worker at each of the moments, and lets another one complete its run. */
export const describeKills = (killedAt: readonly Moment[]): void =>
  describe('A worker that is killed', () => {
    const directory = mkdtempSync(join(tmpdir(), 'worker-killed-'));
    let backends: Backends;
    let proxy: BigQueryProxy;
    let environment: ClientEnvironment;
    let receiver: PushEndpoint;
    let api: HttpsApi;
    let schemas: string;
    let undisturbed: Awaited<ReturnType<typeof effectsOf>>;
    let worker: FunctionProcess;
    const workers: Promise<FunctionProcess>[] = [];

    beforeAll(async () => {
      // Long enough that no job has ended when its start is answered.
      backends = await startBackends({
        limits: { queryMs: 30, dmlMs: 150, ddlMs: 1, streamingMs: 1, loadMs: 300 },
      });
      backends.putFile(numbersFile.path, numbersFile.text);
      const [topic] = await backends.messages.createTopic(eventTopic);
      await backends.messages.createTopic('tenant-events');
      receiver = await startPushEndpoint();
      await topic.createSubscription('receiver', { pushConfig: { pushEndpoint: receiver.url } });
      api = await startHttpsApi();
      writeFileSync(join(directory, 'ca.pem'), api.ca);
      proxy = await startProxy(backends.bigquery.url);
      const addresses = { bigqueryUrl: proxy.url, pubsubHost: `127.0.0.1:${backends.pubsub.port}` };
      environment = await createClientEnvironment(addresses, directory);
      schemas = schemasWith({ [everyStep]: everyStepDefinition(api.host) });
      holdNothing();
      worker = await startWorker();
      await backends.onboard('undisturbed');
      await backends.hold('undisturbed', ['run-undisturbed'], { pipeline: everyStep });
      expect((await push(worker, 'undisturbed', 'run-undisturbed', everyStep)).status).toBe(204);
      expect(await backends.ledger('undisturbed')).toMatchObject([
        { status: 'COMPLETED', error_message: null },
      ]);
      undisturbed = await effectsOf('undisturbed');
    });
    afterAll(async () => {
      for (const started of await Promise.allSettled(workers)) {
        if (started.status === 'fulfilled') await started.value.kill();
      }
      await environment?.close();
      await proxy?.close();
      await receiver?.close();
      await api?.close();
      await backends?.close();
      rmSync(schemas, { recursive: true });
      rmSync(directory, { recursive: true });
    });

    const startWorker = () => {
      const starting = spawnFunction('worker', {
        ...environment.variables,
        SCHEMAS_DIRECTORY: schemas,
        RUN_TOPIC: runTopic,
        NOTIFY_TOPICS: eventTopic,
        HTTP_STEP_HOSTS: api.host,
        NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'),
        ALLOWED_SOURCES: 'gs://*',
      });
      workers.push(starting);
      return starting;
    };

    /** All that a run leaves, but for times and for names made of the run's. */
    const effectsOf = async (tenantId: string) => {
      const rows = (sql: string) => query(backends.client, tenantId, sql);
      return {
        numbers: await rows('SELECT * FROM numbers ORDER BY n, word'),
        products: await rows('SELECT * FROM products ORDER BY n, word'),
        endings: await rows('SELECT * FROM endings'),
        exported: backends.readFile(exportedFile(tenantId)),
        steps: await rows(
          `SELECT step_id, step_type, attempt, status, REGEXP_REPLACE(job_id, '^tp_[^_]+', 'tp') AS job, rows_written, error_code
        FROM step_logs ORDER BY step_id, attempt`,
        ),
        checks: await rows(
          'SELECT check_name, passed, severity, observed FROM dq_results ORDER BY check_name',
        ),
        ledger: await rows('SELECT status, rows_written, error_code FROM pipeline_runs'),
        usage: await backends.usage(tenantId),
      };
    };

    /** Resolves when the worker has made the call, which is carried out and never answered. */
    const whenCalled = (matches: (call: Call) => boolean) =>
      new Promise<'held'>((resolve, reject) => {
        let held: Call | undefined;
        proxy.treat((call) => {
          if (held !== undefined || !matches(call)) return held === undefined ? 'pass' : 'hang';
          held = call;
          // What it asks for has taken effect, as far as it ever will, when BigQuery has answered.
          eventually('the answer of BigQuery', async () => call.status).then(() => resolve('held'), reject);
          return 'lose-answer';
        });
      });
    const whenAsked = () =>
      new Promise<'held'>((resolve) => {
        api.answerBy(() => {
          resolve('held');
          return 'hang';
        });
      });
    const whenHeld = (at: Place) => (at === 'asks the API' ? whenAsked() : whenCalled(at));
    const holdNothing = () => {
      proxy.treat(() => 'pass');
      api.answerBy(() => ({ body: apiNumbers }));
    };

    /** A job's id without its run's name, as steps name it. */
    const plain = (jobId: string) => jobId.replace(/^tp_[^_]+/, 'tp');
    const jobIdsOf = async (runId: string) =>
      (await backends.client.getJobs({ maxResults: 1_000 }))[0]
        .flatMap(({ id }) => (id?.startsWith(`tp_${runId}`) ? [plain(id)] : []))
        .sort();
    /** Each job as often as it was started: a start is answered with 200, a repeat with 409. */
    const startsOf = (runId: string) =>
      proxy.calls
        .flatMap(({ startsJob, status }) =>
          startsJob?.startsWith(`tp_${runId}`) && status === 200 ? [plain(startsJob)] : [],
        )
        .sort();

    /** A receiver gets an event of a run at least once, always under the same id. */
    const whenEventOf = (runId: string) =>
      eventually(`the event of ${runId}`, async () => {
        const events = receiver.received.flatMap(({ message }) =>
          message.attributes.run_id === runId ? [message.attributes.event_id] : [],
        );
        return events.length > 0 ? new Set(events) : undefined;
      });

    it.each<Moment>(killedAt)(
      'when $moment: another one completes its run, each step once',
      async ({ moment, at }) => {
        const name = moment.replace(/\W+/g, '_').toLowerCase().slice(0, 40);
        const runId = `run-${name.replaceAll('_', '-')}`;
        await backends.onboard(name);
        await backends.hold(name, [runId], { pipeline: everyStep });
        const successor = startWorker();
        const held = whenHeld(at);
        const delivery = push(worker, name, runId, everyStep).catch(() => 'broken off');
        expect(await Promise.race([held, delivery])).toBe('held');
        await worker.kill();
        expect(await delivery).toBe('broken off');
        holdNothing();
        worker = await successor;
        expect((await backends.usage(name)).slots).toEqual([runId]);

        expect((await push(worker, name, runId, everyStep)).status).toBe(204);
        expect(await effectsOf(name)).toEqual(undisturbed);
        expect((await whenEventOf(runId)).size).toBe(1);
        const ids = await jobIdsOf(runId);
        expect(ids).toEqual(await jobIdsOf('run-undisturbed'));
        expect(new Set(ids).size).toBe(ids.length);
        expect(startsOf(runId)).toEqual(ids);
      },
    );
  });
