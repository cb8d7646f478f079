import { onboardAll } from '../backend/onboarding';
import { type Instance, withInstance, withServers } from '../backend/servers';
import { median, medianAndRange, shown } from '../support/figures';
import { printTable } from '../support/table';
import { type Burst, sendBurst } from './burst';
import type { BenchLatencies } from './latencies';

const alone = 1;
const many = 100;
/** By requests at once. A latency varies by ± 20 %, so a median needs many. */
const rounds = new Map([
  [alone, 21],
  [many, 11],
]);

/** The script alone, as before there was the lone UPDATE, and as it is now: the UPDATE where all fit. */
const ways = { script: 'run-by-script', update: 'run' } as const;
type Way = keyof typeof ways;
const orders: readonly (readonly Way[])[] = [
  ['script', 'update'],
  ['update', 'script'],
];

type Measured = Readonly<Record<Way, Burst[]>>;

/** Admission by the script and by the lone UPDATE, in turns, alone and many at once. */
export const compareWaysToAdmit = (latencies: BenchLatencies): Promise<void> =>
  withServers(latencies, async ({ environment }) => {
    const plan = [...rounds].flatMap(([requests, count]) =>
      Array.from({ length: count }, (_, round) => orders[round % orders.length] ?? []).flatMap(
        (order, round) => order.map((way) => ({ way, requests, tenantId: `${way}_${requests}_${round}` })),
      ),
    );
    const tenants = plan.map(({ tenantId }) => ({ tenant_id: tenantId, max_pipelines_per_month: null }));
    const keys = await onboardAll(tenants, environment);
    const measured = new Map<number, Measured>(
      [alone, many].map((width) => [width, { script: [], update: [] }]),
    );
    await withInstance(ways.script, environment, (script) =>
      withInstance(ways.update, environment, async (update) => {
        const instances: Readonly<Record<Way, Instance>> = { script, update };
        for (const { way, requests, tenantId } of plan) {
          const apiKey = keys.get(tenantId) ?? '';
          const burst = await sendBurst(instances[way], { tenantId, apiKey, requests, quota: null });
          measured.get(requests)?.[way].push(burst);
        }
      }),
    );
    print(measured, latencies);
  });

function print(measured: ReadonlyMap<number, Measured>, { dmlMs, queryMs, scriptMs }: BenchLatencies): void {
  const of = (width: number, way: Way) => measured.get(width)?.[way] ?? [];
  printTable(
    'Admission by the script and by the lone UPDATE, in turns: from the request to its 202',
    ['at once', 'by', 'p50 (ms)', 'p99 (ms)', 'requests per run', 'not admitted'],
    [alone, many].flatMap((width) =>
      (['script', 'update'] as const).map((way) => [
        String(width),
        way === 'script' ? 'script' : 'lone UPDATE',
        medianAndRange(
          of(width, way).map(({ p50 }) => p50),
          0,
        ),
        medianAndRange(
          of(width, way).map(({ p99 }) => p99),
          0,
        ),
        shown(median(of(width, way).map(({ bigqueryJobs }) => bigqueryJobs / width)), 2),
        String(of(width, way).reduce((sum, { admitted }) => sum + width - admitted, 0)),
      ]),
    ),
  );
  console.log(`
Medians of ${[...rounds.values()].join(' and ')} rounds and their ranges, each round with a tenant of its own that the instance has seen. BigQuery takes
${dmlMs} ms for an UPDATE, ${queryMs} ms for a SELECT and ${scriptMs} ms for a script itself, each ± 20 %: ${dmlMs} ms for the lone UPDATE,
${dmlMs + queryMs + scriptMs} ms for the script. What comes while a statement is under way goes together in the next one.`);
  const aims = [
    {
      what: 'one alone: p50 (ms)',
      found: median(of(alone, 'update').map(({ p50 }) => p50)),
      aim: 1.1 * dmlMs,
    },
    {
      what: `${many} at once: p99 (ms)`,
      found: median(of(many, 'update').map(({ p99 }) => p99)),
      aim: 2.2 * dmlMs,
    },
  ];
  printTable(
    'Aims of admission by the lone UPDATE: 1.1 and 2.2 times one UPDATE',
    ['what', 'measured', 'aim', ''],
    aims.map(({ what, found, aim }) => [
      what,
      shown(found, 0),
      `≤ ${shown(aim, 0)}`,
      found <= aim ? 'holds' : 'MISSED',
    ]),
  );
}
