import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { documentedCalls, functionOfPath } from '../../local/cloud/gateway/function-routes';
import { functionNames, root } from './support/installation';

/** deploy.sh names things that other files define. Its dry run must agree with them. */
const commands = readFileSync(join(__dirname, 'golden/default.txt'), 'utf8').split('\n');
const source = (path: string) => readFileSync(join(root, path), 'utf8');
const deploymentOf = (name: string) => {
  const command =
    commands.find((line) => line.startsWith(`gcloud run deploy tenant-pipelines-${name} `)) ?? '';
  const environment = /--set-env-vars=\^;\^([^' ]*)/.exec(command)?.[1]?.split(';') ?? [];
  return { command, variables: environment.map((pair) => pair.slice(0, pair.indexOf('='))) };
};

describe('deploy.sh', () => {
  it('deploys every function, and gives each an account and rights', () => {
    for (const name of functionNames) {
      const account = `${accountOf(name)}@my-project.iam.gserviceaccount.com`;
      // https://docs.cloud.google.com/iam/docs/service-accounts-create
      expect(accountOf(name).length).toBeLessThanOrEqual(30);
      expect(deploymentOf(name).command).toContain(` --function=${name} `);
      expect(deploymentOf(name).command).toContain(` --service-account=${account} `);
      const hasRights = commands.some((line) =>
        RegExp(`^gcloud projects add-iam-policy-binding .*${account}`).test(line),
      );
      // What answers files has none.
      expect([name, hasRights]).toEqual([name, name !== 'console']);
    }
  });

  it('deploys first what makes and upgrades tables, then reconcile, then worker, so that none of them is older than those it serves, and last the console, which calls others', () => {
    const order = commands.flatMap(
      (line) => /^gcloud run deploy tenant-pipelines-(\S+) /.exec(line)?.[1] ?? [],
    );
    expect(order.slice(0, 4)).toEqual(['onboard', 'ensure-tables', 'reconcile', 'worker']);
    expect(order.at(-1)).toBe('console');
    expect(order.toSorted()).toEqual([...functionNames].sort());
  });

  it('allows no more deliveries at once than BigQuery accepts requests of one account', () => {
    const flags = /--concurrency=(\d+) .*--max-instances=(\d+) /.exec(deploymentOf('worker').command);
    expect(Number(flags?.[1]) * Number(flags?.[2])).toBeLessThanOrEqual(300);
  });

  it('lets only Pub/Sub call the worker, by a token, and only Cloud Scheduler what it calls, at an address that it surely reaches', () => {
    const ingress = functionNames.map((name) => [
      name,
      /--ingress=(\S+)/.exec(deploymentOf(name).command)?.[1],
      deploymentOf(name).command.includes(' --no-allow-unauthenticated --invoker-iam-check '),
    ]);
    expect(ingress).toEqual(
      functionNames.map((name) => {
        if (['console', 'onboard', 'run', 'tenants'].includes(name))
          return [name, 'internal-and-cloud-load-balancing', false];
        return [name, ['worker', 'operate', 'deliver-events'].includes(name) ? 'internal' : 'all', true];
      }),
    );
  });

  it('sets the variables that each function reads and cannot default, and no others', () => {
    for (const name of functionNames) {
      const read = [...source(`functions/${name}/index.ts`).matchAll(/\benv\.([A-Z_]+)/g)].map(
        ([, one]) => one,
      );
      const { variables, command } = deploymentOf(name);
      for (const needed of [
        'BIGQUERY_LOCATION',
        'RUN_TOPIC',
        'OPERATION_TOPIC',
        'RUN_ACK_DEADLINE_SECONDS',
        'RUN_DELIVERY_ATTEMPTS',
      ])
        expect([name, needed, variables.includes(needed)]).toEqual([
          name,
          needed,
          // It makes the control dataset.
          read.includes(needed) || (name === 'ensure-tables' && needed === 'BIGQUERY_LOCATION'),
        ]);
      const knowsEvents = source(`functions/${name}/index.ts`).includes('eventSettingsOf(env)');
      expect([name, variables.includes('EVENT_TOPIC')]).toEqual([name, knowsEvents]);
      expect(variables).toEqual(expect.arrayContaining(['GOOGLE_CLOUD_PROJECT', 'NODE_ENV']));
      const isLimited = source(`functions/${name}/index.ts`).includes('callerLimitsOf(env)');
      expect([name, variables.includes('FORWARDED_ENTRIES')]).toEqual([name, isLimited]);
      expect([name, command.includes('--no-invoker-iam-check')]).toEqual([
        name,
        isLimited || name === 'console',
      ]);
      const needsKey = source(`functions/${name}/index.ts`).includes('adminRuleOf');
      expect([name, command.includes('--set-secrets=ADMIN_API_KEY=')]).toEqual([name, needsKey]);
    }
  });

  it('lets exactly those functions publish that do so', () => {
    for (const name of functionNames) {
      const files = readdirSync(join(root, 'functions', name)).filter((file) => file.endsWith('.ts'));
      for (const [topic, publisher] of [
        ['tenant-pipelines-runs', 'createPublishRun('],
        ['tenant-pipelines-tenant-events', 'createPublishTenantEvents('],
        ['tenant-pipelines-operations', 'createPublishOperation('],
        ['tenant-pipelines-webhook-deliveries', 'createPublishDeliveries('],
        ['tenant-pipelines-webhook-retries', 'setUp.retryTopic'],
      ] as const) {
        const publishes = files.some((file) => source(`functions/${name}/${file}`).includes(publisher));
        const isAllowed = commands.some(
          (line) =>
            line.startsWith(`gcloud pubsub topics add-iam-policy-binding ${topic} `) &&
            line.includes(`serviceAccount:${accountOf(name)}@`),
        );
        expect([name, topic, isAllowed]).toEqual([name, topic, publishes]);
      }
    }
  });

  it("passes the documented paths to the same functions as the local cloud's gateway", () => {
    const map = mapSchema.parse(
      JSON.parse(commands.find((line) => line.startsWith('    < {'))?.slice(6) ?? ''),
    );
    const rules = map.pathMatchers.flatMap(({ pathRules }) => pathRules);
    for (const call of documentedCalls) {
      const path = call.split(/ +/)[1] ?? '';
      const [, wanted] = Object.entries(functionOfPath).find(([prefix]) => path.startsWith(prefix)) ?? [];
      // Of several patterns the longest counts: https://docs.cloud.google.com/load-balancing/docs/url-map-concepts
      const [rule] = rules
        .flatMap(({ paths, service }) => paths.map((pattern) => ({ pattern, service })))
        .filter(({ pattern }) => covers(pattern, path))
        .sort((one, other) => other.pattern.length - one.pattern.length);
      const service = rule?.service ?? map.defaultService;
      expect([path, service.split('/').at(-1)]).toEqual([path, `tenant-pipelines-${wanted}`]);
    }
    expect(documentedCalls.length).toBeGreaterThan(2);
    expect(map.defaultService.split('/').at(-1)).toBe('tenant-pipelines-console');
    const toRun = rules.find(({ service }) => service.endsWith('-run'))?.paths;
    expect(toRun).toEqual(expect.arrayContaining(['/api', '/api/*', '/healthz', '/readyz']));
  });

  it('alerts on events that the functions log', () => {
    const text = ['functions', 'shared'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => source(join(folder, file))),
    );
    const events = namesIn(/jsonPayload\.event=\(([^)]*)\)/);
    expect(events).toEqual([
      'invariant_repaired',
      'message_dropped',
      'reset_failed',
      'reconcile_failed',
      'tables_failed',
      'tick_failed',
    ]);
    for (const event of events) expect(text.some((file) => file.includes(`event: '${event}'`))).toBe(true);
  });

  it('alerts on failures of every schedule, each listed once', () => {
    const schedules = z
      .array(z.object({ name: z.string() }))
      .parse(JSON.parse(source('schemas/schedules.json')));
    const watched = namesIn(
      /OR \(resource\.type=\\"cloud_scheduler_job\\" AND resource\.labels\.job_id=\(([^)]*)\) AND severity>=ERROR\)/,
    );
    expect(watched.toSorted()).toEqual(schedules.map(({ name }) => `tenant-pipelines-${name}`).sort());
    expect(watched[0]).toBe('tenant-pipelines-reset-quotas');
  });

  it('limits rights only to tables that exist, those of the control dataset by its name, too: pipelines may use theirs', () => {
    const tablesOf = (folder: string) =>
      readdirSync(join(root, folder)).map((file) => file.replace(/^x_meta_(.*)\.json$/, '/tables/$1'));
    const tables = [
      ...tablesOf('schemas/tables'),
      ...tablesOf('schemas/control').map((table) => `/datasets/tenant_pipelines${table}`),
    ];
    const named = commands.flatMap((line) =>
      [...line.matchAll(/endsWith\("([^"]+)"\)/g)].map(([, table]) => table),
    );
    expect(named.length).toBeGreaterThan(5);
    for (const table of named) expect(tables).toContain(table);
  });

  it('watches the answers of calls, not the files of the console among them, and whatever is pushed but runs and retries', () => {
    const [failures = ''] = commands.filter((line) =>
      line.includes('more than 5 percent of answers are 5xx'),
    );
    const services = failures
      .match(/service_name=one_of\([^)]*\)/g)
      ?.map((list) => list.match(/tenant-pipelines-\w+/g)?.sort());
    expect(services).toEqual(
      Array(2).fill(['tenant-pipelines-onboard', 'tenant-pipelines-run', 'tenant-pipelines-tenants']),
    );
    const pushed = commands.flatMap(
      (line) => /^gcloud pubsub subscriptions create (\S+) .*--push-endpoint=/.exec(line)?.[1] ?? [],
    );
    expect(pushed.length).toBeGreaterThan(4);
    const [waiting = ''] = commands.filter((line) => line.includes('messages wait for more than an hour'));
    expect(pushed.filter((name) => !waiting.includes(`"${name}\\"`))).toEqual([
      'tenant-pipelines-runs-worker',
      'tenant-pipelines-webhook-retries-deliver-events',
    ]);
  });
});

/** The last part of deliver-events' name would be one character too many. */
const accountOf = (name: string) => `tenant-pipelines-${name.replace(/-events$/, '')}`;

/** The quoted names in what the pattern finds in the filters of alerts. */
const namesIn = (pattern: RegExp) =>
  commands
    .filter((line) => line.includes('conditionMatchedLog'))
    .flatMap((line) =>
      [...(pattern.exec(line)?.[1] ?? '').matchAll(/\\"([a-z_-]+)\\"/g)].map(([, name]) => name),
    );

const mapSchema = z.object({
  defaultService: z.string(),
  pathMatchers: z.array(
    z.object({ pathRules: z.array(z.object({ paths: z.array(z.string()), service: z.string() })) }),
  ),
});

/** Whether a path rule of a URL map covers a path: `/a/*` covers everything that begins with `/a/`. */
const covers = (pattern: string, path: string): boolean =>
  pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
