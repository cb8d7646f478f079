import type { Cell, Field, Row } from '../../model';
import { child, children, stringAt } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { rowFit } from '../evaluate/fit-cells';
import { quotedPath } from '../parse/sql-text';
import { assigner, assignmentsOf } from './assignments';
import { conditionText } from './change-table';
import { castText, castValue, defaultValue, insertedColumns } from './column-expressions';

export type MergeMatch = 'MATCHED' | 'NOT_MATCHED_BY_SOURCE' | 'NOT_MATCHED_BY_TARGET';

/** A WHEN clause of a MERGE. */
export interface MergeClause {
  readonly match: MergeMatch;
  readonly action: 'INSERT' | 'UPDATE' | 'DELETE';
  /** The condition after its AND, as SQL text. */
  readonly condition: string;
  /** The values it writes, as SQL texts; undefined for INSERT ROW, which takes the source's columns. */
  readonly values: readonly string[] | undefined;
  /** The columns that INSERT ROW fills. */
  readonly rowFields: readonly Field[];
  /** Makes the new row from the one before and the evaluated values. */
  readonly apply: (row: Row, values: readonly Cell[]) => Row;
}

/** Reads the WHEN clauses of a MERGE. */
export function clausesOf(run: StatementRun, schema: readonly Field[]): readonly MergeClause[] {
  return children(child(run.statement.node, 'whenClauses'), 'clauseList').map((clause) => {
    const action = child(clause, 'action');
    const common = {
      match: matchOf(stringAt(clause, 'matchType')),
      condition: conditionText(run, clause.searchCondition),
      rowFields: [],
    };
    switch (stringAt(action, 'actionType')) {
      case 'INSERT':
        return { ...common, action: 'INSERT', ...insertion(run, schema, action) };
      case 'UPDATE': {
        const assignments = assignmentsOf(run, child(action, 'updateItemList'), schema);
        const values = assignments.map(({ value }) => value);
        return { ...common, action: 'UPDATE', values, apply: assigner(schema, assignments) };
      }
      default:
        return { ...common, action: 'DELETE', values: [], apply: (row) => row };
    }
  });
}

function matchOf(type: string | undefined): MergeMatch {
  return type === 'MATCHED' || type === 'NOT_MATCHED_BY_SOURCE' ? type : 'NOT_MATCHED_BY_TARGET';
}

function insertion(
  run: StatementRun,
  schema: readonly Field[],
  action: unknown,
): Pick<MergeClause, 'values' | 'apply' | 'rowFields'> {
  const columns = insertedColumns(schema, child(action, 'insertColumnList'));
  const missing = schema.flatMap((field, index) =>
    columns.includes(index) || field.defaultValueExpression === undefined ? [] : [index],
  );
  const expressions = children(child(action, 'insertRow'), 'values');
  const fields = columns.flatMap((index) => schema[index] ?? []);
  const given =
    expressions.length === 0 ? undefined : fields.map((field, at) => castValue(run, field, expressions[at]));
  const defaults = missing.flatMap((index) => schema[index] ?? []).map(defaultValue);
  const fitRow = rowFit(schema);
  return {
    values: given === undefined ? undefined : [...given, ...defaults],
    rowFields: given === undefined ? fields : [],
    apply: (_, values) => {
      const cells: Cell[] = schema.map(() => null);
      for (const [position, index] of [...columns, ...(given === undefined ? [] : missing)].entries())
        cells[index] = values[position] ?? null;
      return fitRow(cells);
    },
  };
}

/** The values of INSERT ROW: the source's columns in their order. */
export function rowValues(
  clause: MergeClause,
  sourceAlias: string,
  columns: readonly string[],
): readonly string[] {
  return clause.rowFields.map((field, index) =>
    castText(`${sourceAlias}.${quotedPath([columns[index] ?? ''])}`, field),
  );
}
