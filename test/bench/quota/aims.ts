import { medianAndRange, shown } from '../support/figures';
import { printTable } from '../support/table';

export interface Aims {
  /** Of one admission statement measured alone, several times. */
  readonly statementMs: readonly number[];
  readonly overshoot: number;
  readonly errors: number;
  readonly p99At100: number;
  readonly p99Aim: number;
  readonly jobsPerAdmittedAt100: number;
  readonly perSecondAt1000: number;
  readonly jobsOfOne: number;
}

/** What was aimed at, what was measured, and whether it holds. */
export function printAims(aims: Aims): void {
  const { p99Aim } = aims;
  const row = (what: string, measured: number, aim: string, holds: boolean, digits = 0) => [
    what,
    shown(measured, digits),
    aim,
    holds ? 'holds' : 'MISSED',
  ];
  printTable(
    'Aims',
    ['what', 'measured', 'aim', ''],
    [
      row('overshoot, worst of all', aims.overshoot, '0', aims.overshoot === 0),
      row('errors, worst of all', aims.errors, '0', aims.errors === 0),
      row('100 at once: p99 (ms)', aims.p99At100, `≤ ${shown(p99Aim, 0)}`, aims.p99At100 <= p99Aim),
      row(
        '100 at once: BigQuery jobs per admitted run',
        aims.jobsPerAdmittedAt100,
        '≤ 0.1',
        aims.jobsPerAdmittedAt100 <= 0.1,
        3,
      ),
      row(
        '1,000 at once: admissions per second of one instance',
        aims.perSecondAt1000,
        '≥ 300',
        aims.perSecondAt1000 >= 300,
      ),
      row('one request alone: BigQuery requests', aims.jobsOfOne, '1', aims.jobsOfOne === 1),
    ],
  );
  console.log(`
One admission statement alone takes ${medianAndRange(aims.statementMs, 0)} ms; the aim for p99 is 2.2 times that.`);
}
