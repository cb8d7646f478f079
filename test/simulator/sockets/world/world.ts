import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQuery } from '@google-cloud/bigquery';
import { PubSub } from '@google-cloud/pubsub';
import { createFaults } from '../../../../local/cloud/faults/faults';
import { prepareMessaging } from '../../../../local/cloud/messaging';
import { startLocalServers } from '../../../../local/cloud/servers/start-local-servers';
import { loadPipelines } from '../../../../shared/definitions/pipelines';
import { loadTables } from '../../../../shared/definitions/tables';
import { loadTiers } from '../../../../shared/definitions/tiers';
import { runIdOfKey } from '../../../../shared/runs/rules/run-identity';
import { findingSchema } from '../judge/audit';
import { createJournal, type Journal } from '../judge/journal';
import type { SimulatorOptions } from '../options';
import { createClock, type SimulatedClock } from './clock';
import { compositions, type FunctionName, type Surroundings } from './compositions';
import { type Fleet, requestName, startFleet } from './fleet';
import { type Traffic, watchTraffic } from './traffic';

export interface World {
  readonly clock: SimulatedClock;
  readonly journal: Journal;
  readonly fleets: Readonly<Record<FunctionName, Fleet>>;
  /** Google's client, for those who watch. It meets the same faults. */
  readonly bigquery: BigQuery;
  readonly pubsub: PubSub;
  readonly subscriptions: { readonly runs: string; readonly deadLetters: string };
  /** The id of a run without an idempotency key, from the name of its request. */
  readonly runIdOf: (request: string) => string;
  readonly traffic: Traffic;
  /** Changes of tables that were judged. */
  readonly commits: () => number;
  /** Makes a file with one row, and gives its URI. */
  readonly putToken: (token: string) => string;
  /** Faults and deaths, from now on or no longer. */
  readonly setTrouble: (isOn: boolean) => void;
  readonly close: () => Promise<void>;
}

const runTopic = 'simulated-runs';
/** An hour before a month ends. */
const start = Date.UTC(2026, 10, 30, 23, 0, 0);
const root = join(__dirname, '../../../..');
/** Longer than a request takes with its withdrawal; in milliseconds. */
export const reconcileRule = { startGraceMs: 8_000, intervalMs: 3_000, appendGraceMs: 2_000 };
/** Calls hang and come late for shorter times than in life, as everything that waits for them does. */
const shortTimes = { hangMs: 800, lateMs: 300 };

/** The share of insertIds that BigQuery has forgotten when they come again. */
const forgottenShare = 0.3;

/**
 * Starts the local cloud and the instances of all functions. Once a process: clients read the environment.
 */
export async function startWorld(options: SimulatorOptions): Promise<World> {
  const { seed, faultRate, deathRate } = options;
  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  try {
    const directory = mkdtempSync(join(tmpdir(), 'tenant-pipelines-simulator-'));
    closers.push(() => rmSync(directory, { recursive: true, force: true }));
    const schemas = mergeSchemas(directory);
    let setClockAhead: ((milliseconds: number) => void) | undefined;
    const clock = createClock(start, (milliseconds) => setClockAhead?.(milliseconds));
    const journal = createJournal(clock.now);
    let commits = 0;
    const hear = (line: string) => {
      commits++;
      for (const { invariant, facts, runIds } of findingSchema.parse(JSON.parse(line)).violations) {
        journal.violate(invariant, facts, runIds);
      }
    };
    const servers = await startLocalServers(
      {
        bigqueryPort: 0,
        pubsubPort: 0,
        dataDirectory: directory,
        isMemoryOnly: true,
        faults: { seed, rate: 0, ...shortTimes, hasSilentScripts: true },
      },
      hear,
      join(__dirname, '../judge/audited-servers-thread.ts'),
    );
    closers.push(() => servers.close());
    // BigQuery goes by the same time: from the start, and with each jump.
    setClockAhead = servers.bigquery.setClockAhead;
    clock.jump(0);
    Object.assign(process.env, servers.environment);

    const traffic = watchTraffic(servers.bigqueryUrl);
    closers.push(traffic.stop);
    const runIdOf = (request: string) => runIdOfKey(`simulation ${seed}`, request);
    const oblivion = createFaults({ seed, rate: 0 });
    const surroundings: Surroundings = {
      clock,
      newId: namedIds(runIdOf),
      journal,
      oblivion,
      pipelines: loadPipelines(schemas),
      tables: loadTables(schemas),
      tiers: loadTiers(schemas),
      runTopic,
      rule: reconcileRule,
    };
    const fate = createFaults({ seed, rate: 0 });
    const fleet = async (name: FunctionName) => {
      const started = await startFleet({
        name,
        size: options.instances,
        create: (life) => compositions[name](life, surroundings),
        fate,
        onDeath: (instance, where) => journal.died(instance, where),
      });
      closers.push(() => started.close());
      return started;
    };
    const fleets = {
      onboard: await fleet('onboard'),
      tenants: await fleet('tenants'),
      run: await fleet('run'),
      worker: await fleet('worker'),
      reconcile: await fleet('reconcile'),
      'reset-quotas': await fleet('reset-quotas'),
    };
    const pubsub = new PubSub();
    closers.push(() => pubsub.close());
    const subscriptions = await prepareSubscriptions(pubsub, fleets.worker.url);
    return {
      clock,
      journal,
      fleets,
      bigquery: new BigQuery({ maxRetries: 6 }),
      pubsub,
      subscriptions,
      runIdOf,
      traffic,
      commits: () => commits,
      putToken: createPutToken(directory),
      setTrouble(isOn) {
        servers.bigquery.setFaultRate(isOn ? faultRate : 0);
        servers.pubsub.setFaultRate(isOn ? faultRate : 0);
        fate.setRate(isOn ? deathRate : 0);
        oblivion.setRate(isOn ? forgottenShare : 0);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Makes ids that follow from the request at work: the first is that of its run, and none comes twice, since
 * statements have ids as well.
 */
function namedIds(idOf: (name: string) => string): () => string {
  const made = new Map<string, number>();
  return () => {
    const request = requestName.getStore() ?? '';
    const before = made.get(request) ?? 0;
    made.set(request, before + 1);
    return idOf(before === 0 ? request : `${request} ${before + 1}`);
  };
}

/** The product's tables and tiers with the simulator's pipelines. */
function mergeSchemas(directory: string): string {
  const schemas = join(directory, 'schemas');
  cpSync(join(root, 'schemas'), schemas, { recursive: true });
  rmSync(join(schemas, 'pipelines'), { recursive: true });
  cpSync(join(__dirname, 'pipelines'), join(schemas, 'pipelines'), { recursive: true });
  return schemas;
}

/** The product's own subscriptions, except that a failed message comes again sooner. */
async function prepareSubscriptions(pubsub: PubSub, workerUrl: string) {
  await prepareMessaging({ runTopic, workerUrl: `${workerUrl}/` });
  const runs = `${runTopic}-worker`;
  await pubsub.subscription(runs).setMetadata({
    retryPolicy: { minimumBackoff: { nanos: 100_000_000 }, maximumBackoff: { seconds: 1 } },
  });
  return { runs, deadLetters: `${runTopic}-dead-letter-kept` };
}

/** Writes each file once, before anyone can load it: a file that is written again is empty for a moment. */
function createPutToken(directory: string): World['putToken'] {
  const folder = join(directory, 'gcs', 'simulator');
  mkdirSync(folder, { recursive: true });
  const written = new Set<string>();
  return (token) => {
    if (!written.has(token)) writeFileSync(join(folder, `${token}.csv`), `${token}\n`);
    written.add(token);
    return `gs://simulator/${token}.csv`;
  };
}
