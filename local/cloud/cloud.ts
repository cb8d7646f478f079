import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { loadSchedules } from '../../shared/definitions/schedules';
import { readEnv } from '../../shared/env';
import { stopTelemetry } from '../../shared/telemetry/telemetry';
import { type FunctionName, functionNames } from './function-names';
import { type Reloadable, startFunctionThread } from './function-threads';
import type { ForwardTarget } from './gateway/forward';
import { forwardingsTo, welcome } from './gateway/function-routes';
import { startGateway } from './gateway/gateway';
import { runJobRoute } from './gateway/run-job-route';
import { createLocalConsole, type LocalConsole } from './local-console';
import { deadLetterTopicOf, prepareMessaging } from './messaging';
import { type LocalCloudOptions, localDefaults } from './options';
import { startScheduler } from './scheduler/scheduler';
import type { ServerAddresses, Servers } from './servers/servers';
import { startLocalServers } from './servers/start-local-servers';

export interface LocalCloud extends ServerAddresses {
  /** The gateway's: where the documented paths are served. */
  readonly url: string;
  readonly functions: Readonly<Record<FunctionName, ForwardTarget>>;
  /** Changes faults, and switches a service off and on, while the cloud runs. */
  readonly backends: Pick<Servers, 'bigquery' | 'pubsub'>;
  /** Reads the definitions of pipelines again. Throws an Error that says what is wrong; then all stays as it was. */
  readonly reloadDefinitions: () => Promise<void>;
  readonly console: LocalConsole;
  /** Stops everything in reverse order, the SQL engine's process included. */
  readonly close: () => Promise<void>;
}

const runTopic = 'pipeline-runs';
const deadLetterTopic = deadLetterTopicOf(runTopic);
const eventTopic = 'tenant-events';
const deliveryTopic = 'webhook-deliveries';
const retryTopic = 'webhook-retries';
const operationTopic = 'operations';

/**
 * Starts the cloud in a box: BigQuery, Pub/Sub, the functions, the scheduler and the gateway. Once per
 * process: Google's clients read from the environment where their servers are, which this sets, when a
 * function's module is loaded.
 * @throws Error naming the port when one is taken
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { schemasDirectory, log } = options;
  const closers: (() => Promise<void> | void)[] = [];
  let isClosing = false;
  const close = async () => {
    isClosing = true;
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  const started = <T extends Closable>(server: T): T => {
    closers.push(() => server.close());
    return server;
  };

  try {
    const schedules = loadSchedules(schemasDirectory);
    const goesAfterOthers = options.functionsInThreads;
    const starting = startLocalServers({ ...options, goesAfterOthers }, (line) => {
      // Calls that break because the other side is closed are nobody's concern.
      if (!isClosing) log(line);
    });
    // Before the functions, so that it is closed after them: what they still do needs it.
    closers.push(() =>
      starting.then(
        (servers) => servers.close(),
        () => undefined,
      ),
    );
    const { host, reload } = options.functionsInThreads ? hostInThreads(started) : hostHere(started);
    const consoleDirectory = join(options.dataDirectory, 'console');
    const localConsole = createLocalConsole(consoleDirectory, () => reload('console'));
    const servers = await starting;
    Object.assign(process.env, servers.environment, {
      RUN_TOPIC: runTopic,
      EVENT_TOPIC: eventTopic,
      OPERATION_TOPIC: operationTopic,
      // The gateway appends the client's address.
      FORWARDED_ENTRIES: '1',
      ALLOWED_SOURCES: process.env.ALLOWED_SOURCES ?? localDefaults.ALLOWED_SOURCES,
      DECISIONS_AT_ONCE: process.env.DECISIONS_AT_ONCE ?? localDefaults.DECISIONS_AT_ONCE,
      NOTIFY_TOPICS: process.env.NOTIFY_TOPICS ?? localDefaults.NOTIFY_TOPICS,
      CORS_ORIGINS: process.env.CORS_ORIGINS ?? localDefaults.CORS_ORIGINS,
      // Tokens end with the process, if not before.
      TOKEN_SECRET: process.env.TOKEN_SECRET ?? randomBytes(32).toString('base64url'),
      WEBHOOK_SECRET: process.env.WEBHOOK_SECRET ?? localDefaults.WEBHOOK_SECRET,
      WEBHOOK_DELIVERY_TOPIC: deliveryTopic,
      WEBHOOK_RETRY_TOPIC: retryTopic,
      SCHEMAS_DIRECTORY: schemasDirectory,
      CONSOLE_DIRECTORY: consoleDirectory,
      ...(options.httpStepLocal !== undefined && { HTTP_STEP_LOCAL: options.httpStepLocal.join(',') }),
    });

    const functions = await hostAll((name) => host(name, options.hosts ?? []));
    const urlOf = (name: FunctionName) => `http://127.0.0.1:${functions[name].port}/`;
    await prepareMessaging({
      runTopic,
      eventTopics: readEnv().NOTIFY_TOPICS,
      workerUrl: urlOf('worker'),
      pushes: [
        { topic: operationTopic, name: 'operate', endpoint: urlOf('operate') },
        { topic: deadLetterTopic, name: 'operate', endpoint: `${urlOf('operate')}dead-letters` },
        { topic: eventTopic, name: 'deliver-events', endpoint: `${urlOf('deliver-events')}events` },
        { topic: deliveryTopic, name: 'deliver-events', endpoint: `${urlOf('deliver-events')}deliveries` },
        { topic: retryTopic, name: 'deliver-events', endpoint: `${urlOf('deliver-events')}deliveries` },
      ],
    });
    const scheduler = started(
      startScheduler({
        jobs: schedules,
        target: (job) => urlOf(knownFunction(job.function)),
        log,
        clock: options.schedulerClock,
      }),
    );
    const gateway = started(
      await startGateway({
        port: options.gatewayPort,
        hosts: options.hosts,
        origins: readEnv().CORS_ORIGINS,
        forwardings: forwardingsTo(functions),
        routes: [runJobRoute(scheduler)],
        otherwise: { target: functions.console, ready: localConsole.ready },
        welcome,
        log,
      }),
    );
    return {
      url: `http://localhost:${gateway.port}`,
      bigqueryUrl: servers.bigqueryUrl,
      pubsubHost: servers.pubsubHost,
      functions,
      backends: servers,
      reloadDefinitions: () => reload('definitions'),
      console: localConsole,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closable = { readonly close: () => Promise<void> | void };

type Start = <T extends Closable>(server: T) => T;
interface Hosting {
  /** Serves a function under the names that this machine may be called by. */
  readonly host: (name: FunctionName, hosts: readonly string[]) => Promise<ForwardTarget>;
  /** Has functions read again what they have read. Throws an Error that says what is wrong with it. */
  readonly reload: (what: Reloadable) => Promise<void>;
}

function hostHere(started: Start): Hosting {
  started({ close: stopTelemetry });
  // A process whose functions are in threads has no use for all that they load.
  const { hostFunction, reloadings }: typeof import('./functions') = require('./functions');
  return {
    host: async (name, hosts) => started(await hostFunction(name, hosts)),
    reload: async (what) => reloadings[what](),
  };
}

/**
 * What Pub/Sub calls has a thread of its own: what it does for one caller's runs keeps no other caller waiting, as when
 * deployed. The gateway's thread has no other work.
 */
function hostInThreads(started: Start): Hosting {
  const worker = started(startFunctionThread({ goesAfterOthers: true }));
  const others = started(startFunctionThread({ goesAfterOthers: false }));
  const isPushed = (name: FunctionName) => ['worker', 'deliver-events', 'operate'].includes(name);
  return {
    host: (name, hosts) => (isPushed(name) ? worker : others).host(name, hosts),
    reload: async (what) => {
      // Both read the same files: the first says what is wrong with them.
      await worker.reload(what);
      await others.reload(what);
    },
  };
}

async function hostAll(
  host: (name: FunctionName) => Promise<ForwardTarget>,
): Promise<LocalCloud['functions']> {
  const [
    onboard,
    tenants,
    run,
    worker,
    operate,
    deliverEvents,
    resetQuotas,
    reconcile,
    ensureTables,
    tick,
    site,
  ] = await Promise.all([
    host('onboard'),
    host('tenants'),
    host('run'),
    host('worker'),
    host('operate'),
    host('deliver-events'),
    host('reset-quotas'),
    host('reconcile'),
    host('ensure-tables'),
    host('tick'),
    host('console'),
  ]);
  const pushed = { worker, operate, 'deliver-events': deliverEvents };
  const scheduled = { 'reset-quotas': resetQuotas, reconcile, 'ensure-tables': ensureTables, tick };
  return { onboard, tenants, run, console: site, ...pushed, ...scheduled };
}

function knownFunction(name: string): FunctionName {
  const known = functionNames.find((candidate) => candidate === name);
  if (known === undefined) throw new Error(`schedules.json: there is no function '${name}'`);
  return known;
}
