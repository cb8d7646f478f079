import { z } from 'zod';
import type { Check, QualityStep } from '../../../definitions/schemas/pipeline-schema';
import { measureColumn, newestColumn, type QualityQuery } from './quality-query';

export interface QualityResult {
  readonly name: string;
  readonly type: Check['type'];
  readonly severity: Check['severity'];
  /** Null if the check could not be computed. */
  readonly passed: boolean | null;
  readonly observed: string | null;
  readonly expected: string;
  /** Null if the check is not about single rows. */
  readonly failingRows: number | null;
  readonly message: string;
}

const measuresSchema = z.looseObject({ row_count: z.string() });
type Measures = Readonly<Record<string, unknown>>;

interface Finding {
  readonly passed: boolean;
  readonly observed: string;
  readonly failingRows: number | null;
}

/** Reads the row that composeQualityQuery's statement returned. Throws a ZodError if it has another form. */
export function readCheckResults(step: QualityStep, row: unknown): readonly QualityResult[] {
  const measures = measuresSchema.parse(row);
  return step.checks.map((check, index) => {
    const expected = describeExpectation(check);
    const finding = judge(check, index, measures);
    const verdict = finding.passed ? 'passed' : 'failed';
    const message = `Check '${check.name}' of step '${step.id}' ${verdict}: ${finding.observed} in table ${step.table}, expected ${expected}.`;
    return { name: check.name, type: check.type, severity: check.severity, ...finding, expected, message };
  });
}

/** The results of checks whose statement failed. */
export function uncomputedResults(step: QualityStep, why: string): readonly QualityResult[] {
  return step.checks.map((check) => ({
    name: check.name,
    type: check.type,
    severity: check.severity,
    passed: null,
    observed: null,
    expected: describeExpectation(check),
    failingRows: null,
    message: `Check '${check.name}' of step '${step.id}' could not be computed: ${why}`,
  }));
}

/** What fails the run, if anything: the failed checks of severity error, the first of them in full. */
export function describeFailedChecks(results: readonly QualityResult[]): string | undefined {
  const failed = results.filter((result) => result.severity === 'error' && result.passed === false);
  const [first, ...others] = failed;
  if (first === undefined) return undefined;
  if (others.length === 0) return first.message;
  return `${first.message} Also failed: ${others.map(({ name }) => `'${name}'`).join(', ')}.`;
}

/** BigQuery's positions count in the composed statement; a check's author knows only their own text. */
export function locateError(step: QualityStep, { firstLines }: QualityQuery, message: string): string {
  const position = /\[(\d+):(\d+)\]/.exec(message);
  if (!position) return message;
  const line = Number(position[1]);
  for (const [index, firstLine] of firstLines) {
    const check = step.checks[index];
    if (check?.type !== 'sql') continue;
    const ownLine = line - firstLine + 1;
    if (ownLine < 1 || ownLine > check.sql.split('\n').length) continue;
    return `${message.replace(position[0], `[${ownLine}:${position[2]}]`)} of check '${check.name}'`;
  }
  return message.replace(/ at \[\d+:\d+\]/, '');
}

function judge(check: Check, index: number, measures: Measures): Finding {
  if (check.type === 'row_count') {
    const rows = Number(measures.row_count);
    const passed = rows >= (check.min ?? 0) && rows <= (check.max ?? Number.POSITIVE_INFINITY);
    return { passed, observed: countRows(rows), failingRows: null };
  }
  if (check.type === 'freshness') {
    const newest = measures[newestColumn(index)];
    // No row, or none with a value, so nothing in the table is fresh.
    if (typeof newest !== 'string') return { passed: false, observed: 'no value', failingRows: null };
    const ageSeconds = Number(z.string().parse(measures[measureColumn(index)]));
    const observed = `newest value ${newest}, ${(ageSeconds / 3600).toFixed(1)} hours old`;
    return { passed: ageSeconds <= check.max_age_hours * 3600, observed, failingRows: null };
  }
  const failingRows = Number(z.string().parse(measures[measureColumn(index)]));
  return {
    passed: failingRows === 0,
    observed: `${countRows(failingRows)} ${breaches[check.type]}`,
    failingRows,
  };
}

const breaches = {
  not_null: 'with a null',
  unique: 'sharing their key',
  accepted_values: 'with another value',
  sql: 'found',
} as const;

function describeExpectation(check: Check): string {
  switch (check.type) {
    case 'not_null':
      return `no null in ${check.columns.join(', ')}`;
    case 'unique':
      return `each (${check.columns.join(', ')}) once`;
    case 'accepted_values':
      return `${check.column} to be one of ${shorten(check.values.join(', '))}`;
    case 'row_count':
      return [
        ...(check.min === undefined ? [] : [`at least ${check.min}`]),
        ...(check.max === undefined ? [] : [`at most ${check.max}`]),
      ].join(' and ');
    case 'freshness':
      return `${check.column} at most ${check.max_age_hours} hours old`;
    case 'sql':
      return 'no rows';
  }
}

const countRows = (rows: number): string => (rows === 1 ? '1 row' : `${rows} rows`);
const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
