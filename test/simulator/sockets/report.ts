import type { Journal, Violation } from './judge/journal';
import type { Verdict } from './judge/verdict';
import type { Register } from './load/register';
import type { Reconciled } from './world/scheduler';
import type { Traffic } from './world/traffic';

export interface Report {
  readonly seed: number;
  readonly isKept: boolean;
  /** Lines of text. */
  readonly table: string;
  readonly verdict: Verdict;
  readonly violations: readonly Violation[];
}

export interface Findings {
  readonly seed: number;
  readonly register: Register;
  readonly reconciled: Readonly<Reconciled>;
  readonly deaths: readonly (readonly [name: string, count: number])[];
  readonly traffic: Traffic;
  /** Changes of tables that were judged. */
  readonly commits: number;
  readonly leftMessages: number;
  readonly deadLetters: number;
  readonly seconds: number;
  readonly verdict: Verdict;
  readonly journal: Journal;
}

export function reportOf(findings: Findings): Report {
  const { seed, register, reconciled, verdict, journal, traffic } = findings;
  const { violations } = journal;
  const broken = (invariant: string) =>
    violations.filter((violation) => violation.invariant === invariant).length;
  const rows: readonly (readonly [string, string | number])[] = [
    ['seed', seed],
    ['requests', register.requests()],
    ['admitted', register.admitted.size],
    ['answers', inWords([...register.answers])],
    [
      'in the ledger',
      `${verdict.ledgerRuns}: ${verdict.completed} completed, ${verdict.cancelled} cancelled`,
    ],
    ['failed', inWords([...verdict.failed])],
    ['cancels', `of ${register.toldOutcomes.size} runs: ${inWords([...register.cancelAnswers])}`],
    ['run, though its caller was told 503 or nothing', verdict.doubtful],
    ['reconcile', inWords(Object.entries(reconciled))],
    [
      'calls to BigQuery',
      `${traffic.calls()}: ${traffic.refused()} answered 429 or 5xx, ${traffic.broken()} not answered`,
    ],
    ['deaths', inWords(findings.deaths.filter(([, count]) => count > 0))],
    ['dead letters', findings.deadLetters],
    ['duplicate ledger rows', verdict.duplicateRows],
    ['errors logged', inWords([...journal.errors])],
    ['commits judged', findings.commits],
    ['quota exceeded', broken('no quota is exceeded')],
    ['conservation law broken', broken('conservation law')],
    ['lost', verdict.lost],
    ['double effects', verdict.doubleEffects],
    ['messages left', findings.leftMessages],
    ['all violations', violations.length],
    ['seconds', findings.seconds.toFixed(1)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
  const isKept = violations.length === 0;
  return {
    seed,
    isKept,
    table: `${table}${violations.length === 0 ? '' : tellFirst(journal)}`,
    verdict,
    violations,
  };
}

const inWords = (counts: readonly (readonly [string, number])[]): string =>
  [...counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(' · ') || '-';

/**
 * For each broken invariant the first violation, with the histories of its runs, and a line that counts the
 * others.
 */
function tellFirst({ violations, historyOf }: Journal): string {
  const first = new Map(violations.toReversed().map((violation) => [violation.invariant, violation]));
  const told = [...first.values()]
    .toReversed()
    .flatMap(({ invariant, facts, runIds }) => [
      '',
      `VIOLATED: ${invariant}`,
      facts,
      ...runIds
        .slice(0, 20)
        .flatMap((runId) => [`  ${runId}`, ...historyOf(runId).map((line) => `    ${line}`)]),
    ]);
  const others = violations.filter((violation) => first.get(violation.invariant) !== violation);
  const also = others
    .slice(0, 20)
    .map(({ invariant, facts }) => `Also: ${invariant}: ${facts.slice(0, 300)}`);
  return ['', ...told, ...also].join('\n');
}
