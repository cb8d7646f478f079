import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { PubSub } from '@google-cloud/pubsub';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import type { CallTimes } from './call-times';
import type { Cleanup } from './cleanup';
import { compareStatements, connect, timeStatements } from './compare-statements';
import { inPlace, openPlace, type Place, startBox } from './environment';
import { hostForSmoke } from './hosted-functions';
import { httpToAsk } from './http-to-ask';
import { filesInBucket, filesInFolder, inputFile, outputFile, writeSmokeSchemas } from './smoke-files';
import type { SmokeOptions } from './smoke-options';
import { onboardForSmoke, raceAdmissions, runSteps, type Tell, timeAdmissions } from './trial-runs';

export interface SmokeTools {
  readonly cleanup: Cleanup;
  readonly callTimes: CallTimes;
  readonly tell: Tell;
  readonly say: (line: string) => void;
}

/** Tries everything once; `tools.cleanup` then knows what there is to remove, also where it throws. */
export async function smoke(options: SmokeOptions, root: string, tools: SmokeTools): Promise<void> {
  const { cleanup, callTimes, tell, say } = tools;
  const name = `smoke_${randomBytes(4).toString('hex')}`;
  const directory = mkdtempSync(join(tmpdir(), 'smoke-'));
  cleanup.add(directory, async () => rmSync(directory, { recursive: true, force: true }));

  const place = await openPlace(options, join(directory, 'tried'), () => undefined);
  cleanup.add('the tried servers', place.close);
  const box = await startBox(join(directory, 'reference'), () => undefined);
  cleanup.add('the local cloud', box.close);
  const reference = await inPlace(box, connect);
  const tried = await inPlace(place, connect);
  say(`${options.projectId} in ${options.location} answers. What is made there is called ${name}…`);

  const tenant = (suffix: string) => `${name}_${suffix}`;
  cleanup.add(`dataset ${name}_control`, () =>
    unlessGone(tried.dataset(`${name}_control`).delete({ force: true })),
  );
  for (const id of [tenant('sql'), tenant('race'), tenant('load')]) {
    cleanup.add(`dataset ${id}`, () => createTenantDatasets(tried).deleteDataset(id));
  }
  say('\nStatements: rows and changed rows against the local BigQuery, and what each assumes');
  const where = { tenantId: tenant('sql'), location: options.location };
  const schemasDirectory = join(root, 'schemas');
  for await (const { name: statement, assumes, problem } of compareStatements(
    { tried, reference },
    { ...where, schemasDirectory },
    callTimes,
  )) {
    tell(`${statement}: ${problem ?? 'the same'}`, problem === undefined);
    say(`      ${assumes}`);
  }
  await timeStatements(tried, tenant('sql'), callTimes);
  await timeInsertAll(tried, tenant('sql'), callTimes);
  await tryUndelete(tried, { dataset: tenant('sql'), location: options.location }, tools);
  await tryRuns(options, place, { name, tenant, directory, schemasDirectory }, tools);
}

async function timeInsertAll(bigquery: BigQuery, datasetId: string, callTimes: CallTimes): Promise<void> {
  const [table] = await bigquery.dataset(datasetId).createTable('smoke_rows', {
    schema: [{ name: 'id', type: 'INTEGER' }],
  });
  for (let id = 0; id < 5; id += 1) {
    await callTimes.measured('insertAll of one row', () => table.insert([{ id }]));
  }
}

/** Offboarded tenants are restored so. Whether rows come back that were just streamed no document says. */
async function tryUndelete(
  bigquery: BigQuery,
  { dataset, location }: { readonly dataset: string; readonly location: string },
  { tell, say }: SmokeTools,
): Promise<void> {
  const datasets = createTenantDatasets(bigquery);
  const count = async (table: string): Promise<unknown> => {
    const query = `SELECT COUNT(*) AS found FROM ${table}`;
    const [[row]] = await bigquery.query({ query, location, defaultDataset: { datasetId: dataset } });
    return row?.found;
  };
  const before = await count('tenants');
  await datasets.deleteDataset(dataset);
  await datasets.undeleteDataset(dataset);
  tell('A dataset that was removed comes back with its rows', before === (await count('tenants')));
  say(
    `      Of 5 rows that were streamed just before it was removed ${await count('smoke_rows')} came back.`,
  );
}

/** As Pub/Sub and BigQuery say it. */
const notFound: readonly unknown[] = [5, 404];

/** A thing that was never made, or that a test before has removed, is no problem. */
async function unlessGone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!notFound.includes(Reflect.get(Object(error), 'code'))) throw error;
  }
}

interface Names {
  readonly name: string;
  readonly tenant: (suffix: string) => string;
  readonly directory: string;
  readonly schemasDirectory: string;
}

/** The functions over the place: onboarding, races, callTimes, steps. */
async function tryRuns(
  options: SmokeOptions,
  place: Place,
  { name, tenant, directory, schemasDirectory }: Names,
  { cleanup, callTimes, tell, say }: SmokeTools,
): Promise<void> {
  // The functions' clients are made when their modules load: from here on the environment stays as it is.
  await inPlace(place, async () => {
    const topic = (suffix: string) => `${name.replace('_', '-')}-${suffix}`;
    const names = { runTopic: topic('runs'), eventTopic: topic('events'), notifyTopic: topic('notify') };
    const pubsub = new PubSub();
    cleanup.add('the Pub/Sub client', () => pubsub.close());
    for (const id of Object.values(names)) {
      cleanup.add(`topic ${id}`, () => unlessGone(pubsub.topic(id).delete()));
      await pubsub.createTopic(id);
    }
    cleanup.add(`subscription ${names.runTopic}`, () =>
      unlessGone(pubsub.subscription(names.runTopic).delete()),
    );
    await pubsub.topic(names.runTopic).createSubscription(names.runTopic, { ackDeadlineSeconds: 600 });

    const gcs = options.where === 'box' ? join(directory, 'tried/gcs') : options.gcsDirectory;
    const bucket = options.bucket ?? (gcs && 'smoke');
    const folder = bucket && `gs://${bucket}/${name}/`;
    if (bucket !== undefined) {
      const files = gcs === undefined ? filesInBucket(bucket) : filesInFolder(join(gcs, bucket));
      for (const file of [inputFile, outputFile(tenant('load'))]) {
        cleanup.add(`file gs://${bucket}/${name}/${file}`, () => files.remove(`${name}/${file}`));
      }
      await files.put(`${name}/${inputFile}`, 'n\n1\n2\n3\n');
    }
    const http = await httpToAsk(options, cleanup);
    const schemas = join(directory, 'schemas');
    writeSmokeSchemas(schemasDirectory, schemas, { ...names, folder, httpUrl: http?.url });
    const hosted = await hostForSmoke(pubsub, names, {
      SCHEMAS_DIRECTORY: schemas,
      BIGQUERY_LOCATION: options.location,
      CONTROL_DATASET: `${name}_control`,
      ...(folder !== undefined && { ALLOWED_SOURCES: folder }),
      ...http?.settings,
    });
    cleanup.add('the functions', hosted.close);

    say('\nRuns');
    for (let count = 0; count < 5; count += 1) {
      const message = { data: Buffer.from('smoke') };
      await callTimes.measured('publish', () => pubsub.topic(names.notifyTopic).publishMessage(message));
    }
    const racing = await onboardForSmoke(hosted, tenant('race'), { max_concurrent_pipelines: 3 }, callTimes);
    await raceAdmissions(hosted, racing, tell);
    const loading = await onboardForSmoke(hosted, tenant('load'), {}, callTimes);
    await timeAdmissions(hosted, loading, callTimes, tell);
    await runSteps(hosted, loading, callTimes, tell);
    if (folder === undefined) say('  not tried: steps of type load and export (no --bucket, no --gcs)');
    if (http === undefined) say('  not tried: steps of type http (no --http-url)');
  });
}
