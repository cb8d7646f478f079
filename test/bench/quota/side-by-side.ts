import { onboardAll } from '../backend/onboarding';
import { type BenchServers, type Instance, withInstance, withServers } from '../backend/servers';
import { median, shown } from '../support/figures';
import { printTable } from '../support/table';
import { type Aims, printAims } from './aims';
import { type Burst, sendBurst } from './burst';
import type { BenchLatencies } from './latencies';
import { timeOneStatement } from './one-statement';

/** The baseline needs half a minute for one, and is no aim of ours. */
const rounds = { project: 5, baseline: 1 } as const;
const smallQuota = 5;
const requestsAtOnce = [1, 10, 100, 1_000];
const ways = { project: 'run', baseline: 'three-statements' } as const;
type Way = keyof typeof ways;

interface Case {
  readonly requests: number;
  readonly quota: number | null;
}

/** Without a quota, and with one that has room for a few of the requests. */
const cases: readonly Case[] = [
  ...requestsAtOnce.map((requests) => ({ requests, quota: null })),
  ...requestsAtOnce.filter((requests) => requests > 1).map((requests) => ({ requests, quota: smallQuota })),
];

interface Measured extends Case {
  readonly way: Way;
  readonly bursts: readonly Burst[];
}

/** This project's admission and the specification's own, side by side against a BigQuery with its limits and latencies. */
export const compareSideBySide = (latencies: BenchLatencies): Promise<void> =>
  withServers(latencies, async (servers) => {
    const { measured, statementMs } = await measureAll(servers);
    printTable(
      'Requests at once for one tenant, under BigQuery’s limits',
      ['way', 'at once', 'quota', 'admitted', 'refused', 'overshoot', 'errors', ...costHeadings],
      measured.map(rowOf),
    );
    printErrors(measured);
    console.log(notesOn(latencies));
    printAims(aimsOf(measured, statementMs));
  });

const costHeadings = ['jobs per admitted', 'p50 (ms)', 'p99 (ms)', 'admissions per s'];

async function measureAll({ environment }: BenchServers) {
  const plan = cases.flatMap((given) =>
    (['project', 'baseline'] as const).flatMap((way) =>
      Array.from({ length: rounds[way] }, (_, round) => ({ ...given, round, way })),
    ),
  );
  const nameOf = ({ way, requests, quota, round }: (typeof plan)[number]) =>
    `${way}_${requests}_${quota ?? 'unlimited'}_${round}`;
  const tenants = plan.map((entry) => ({
    tenant_id: nameOf(entry),
    max_pipelines_per_month: entry.quota,
  }));
  const alone = 'one_statement';
  const keys = await onboardAll(
    [...tenants, { tenant_id: alone, max_pipelines_per_month: null }],
    environment,
  );
  const statementMs = await timeOneStatement(alone);
  return withInstance(ways.project, environment, (project) =>
    withInstance(ways.baseline, environment, async (baseline) => {
      const instances: Readonly<Record<Way, Instance>> = { project, baseline };
      const bursts = new Map<string, Burst[]>();
      for (const entry of plan) {
        const { way, requests, quota } = entry;
        const tenantId = nameOf(entry);
        const apiKey = keys.get(tenantId) ?? '';
        const burst = await sendBurst(instances[way], { tenantId, apiKey, requests, quota });
        const key = `${way} ${requests} ${quota}`;
        bursts.set(key, [...(bursts.get(key) ?? []), burst]);
      }
      const measured = cases.flatMap((given) =>
        (['project', 'baseline'] as const).map(
          (way): Measured => ({
            ...given,
            way,
            bursts: bursts.get(`${way} ${given.requests} ${given.quota}`) ?? [],
          }),
        ),
      );
      return { measured, statementMs };
    }),
  );
}

const figure = ({ bursts }: Pick<Measured, 'bursts'>, of: (burst: Burst) => number): number =>
  median(bursts.map(of));
const worst = ({ bursts }: Pick<Measured, 'bursts'>, of: (burst: Burst) => number): number =>
  Math.max(...bursts.map(of));
const jobsPerAdmitted = ({ bigqueryJobs, admitted }: Burst) => bigqueryJobs / admitted;

const rowOf = (measured: Measured): readonly string[] => [
  measured.way === 'project' ? 'this project' : 'three statements',
  String(measured.requests),
  measured.quota === null ? 'unlimited' : String(measured.quota),
  shown(
    figure(measured, ({ admitted }) => admitted),
    0,
  ),
  shown(
    figure(measured, ({ refused }) => refused),
    0,
  ),
  shown(
    worst(measured, ({ overshoot }) => overshoot),
    0,
  ),
  shown(
    worst(measured, ({ errors }) => errors.length),
    0,
  ),
  shown(figure(measured, jobsPerAdmitted), 3),
  shown(
    figure(measured, ({ p50 }) => p50),
    0,
  ),
  shown(
    figure(measured, ({ p99 }) => p99),
    0,
  ),
  shown(figure(measured, ({ admissionsPerSecond }) => admissionsPerSecond)),
];

/** Each way's errors in all rounds, by their words without the names in them. */
function printErrors(measured: readonly Measured[]): void {
  for (const way of ['project', 'baseline'] as const) {
    const counts = new Map<string, number>();
    const errors = measured.filter((one) => one.way === way).flatMap(({ bursts }) => bursts);
    for (const error of errors.flatMap((burst) => burst.errors)) {
      const words = error.replace(/local:\S+/g, '…');
      counts.set(words, (counts.get(words) ?? 0) + 1);
    }
    console.log(
      `\nErrors of ${way === 'project' ? 'this project' : 'three statements'}: ${counts.size === 0 ? 'none' : ''}`,
    );
    for (const [words, count] of counts) console.log(`  ${count} × ${words}`);
  }
}

const notesOn = ({ queryMs, dmlMs, scriptMs }: BenchLatencies) => `
Medians of ${rounds.project} rounds (the baseline: ${rounds.baseline}), but for overshoot and errors: there the worst round. Every round has a tenant
of its own. p50 and p99 of the requests that were admitted or refused, those that ended in an error left out. A job is a request that starts
one (jobs.query); BigQuery makes two more of a script, for its two statements. The latency model charges each statement
by itself: an UPDATE ${dmlMs} ms, a SELECT ${queryMs} ms, and a script ${scriptMs} ms besides its statements, each ± 20 %. Usually an admission is one
UPDATE; where not all fit it is a script after it, and where that is known before, the script alone.`;

function aimsOf(measured: readonly Measured[], statementMs: readonly number[]): Aims {
  const ofProject = measured.filter(({ way }) => way === 'project');
  const at = (requests: number) =>
    ofProject.find((one) => one.requests === requests && one.quota === null) ?? { bursts: [] };
  const all = { bursts: ofProject.flatMap(({ bursts }) => bursts) };
  const oneStatement = median(statementMs);
  return {
    statementMs,
    overshoot: worst(all, ({ overshoot }) => overshoot),
    errors: worst(all, ({ errors }) => errors.length),
    p99At100: figure(at(100), ({ p99 }) => p99),
    p99Aim: 2.2 * oneStatement,
    jobsPerAdmittedAt100: figure(at(100), jobsPerAdmitted),
    perSecondAt1000: figure(at(1_000), ({ admissionsPerSecond }) => admissionsPerSecond),
    jobsOfOne: worst(at(1), ({ bigqueryJobs }) => bigqueryJobs),
  };
}
