import type { RunStatement } from '../../../../shared/google/bigquery/statements/run-statement';
import type { ParameterTypes, Statement, StatementParameter } from '../../../../shared/sql/define-statement';

/** What all cases are made of, so that both clouds are given the same. */
export interface CaseValues {
  readonly tenantId: string;
  /** The time of the beginning. */
  readonly now: Date;
  readonly from: Date;
  readonly to: Date;
}

export interface StatementCase {
  readonly name: string;
  /** What it relies on that only the real BigQuery can show. */
  readonly assumes: string;
  /** Runs it in a dataset. */
  readonly run: (
    runStatement: RunStatement,
    values: CaseValues,
  ) => Promise<{ readonly rows: readonly unknown[]; readonly affectedRows: number }>;
}

export const statementCase = <Types extends ParameterTypes, Row>(
  statement: Statement<Types, Row>,
  assumes: string,
  parametersOf: (values: CaseValues) => { readonly [Name in keyof Types]: StatementParameter<Types[Name]> },
): StatementCase => ({
  name: statement.name,
  assumes,
  run: (runStatement, values) => runStatement(values.tenantId, statement, parametersOf(values)),
});

/** Ids of runs, in the order in which they are admitted. */
export const runId = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
