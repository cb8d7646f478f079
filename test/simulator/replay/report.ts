import type { SimulationResult } from './simulate';

/** Sums over simulations, as lines of text. */
export function tableOf(results: readonly SimulationResult[]): string {
  const sum = (of: (result: SimulationResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const broken = results.filter(({ violations }) => violations.length > 0);
  const rows: readonly (readonly [string, string | number])[] = [
    ['seeds', results.length],
    ['runs asked for', sum(({ runs }) => runs)],
    ['admitted', sum(({ admitted }) => admitted)],
    ['answers', countsOf(results.map(({ answers }) => answers))],
    ['in play', countsOf(results.map(({ played }) => played))],
    ['deliveries', sum(({ deliveries }) => deliveries)],
    ['dead letters', sum(({ deadLetters }) => deadLetters)],
    ['deaths', sum(({ deaths }) => deaths)],
    ['events', sum(({ events }) => events)],
    ['violations', sum(({ violations }) => violations.length)],
    ['seeds with violations', broken.map(({ seed }) => seed).join(', ') || 'none'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function countsOf(tables: readonly Readonly<Record<string, number>>[]): string {
  const sums = new Map<string, number>();
  for (const [name, count] of tables.flatMap((table) => Object.entries(table)))
    sums.set(name, (sums.get(name) ?? 0) + count);
  return [...sums]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(' · ');
}

/** What a simulation has violated, after the events before it. */
export const describeViolations = ({
  seed,
  runs,
  putBack,
  violations,
  lastLines,
}: SimulationResult): string =>
  [
    ...lastLines,
    '',
    ...violations.map(({ invariant, facts }) => `VIOLATED by seed ${seed}: ${invariant}: ${facts}`),
    `Once more: npm run simulate -- --seed ${seed} --runs ${runs}${putBack.length > 0 ? ` --put-back ${putBack.join(',')}` : ''}`,
  ].join('\n');
