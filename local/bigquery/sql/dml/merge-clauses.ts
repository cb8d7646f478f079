import type { Cell, Field, Row } from '../../model';
import { quoted } from '../analyse/engine-types';
import { child, children, span, text, unwrap } from '../engine/tree';
import { assigner, assignmentsOf } from './assignments';
import { type ChangingStatement, columnIndex, textOf } from './change-table';
import { rowFit } from './fit-cells';
import { castText, castValue, defaultValue } from './insert';

export type MergeMatch = 'MATCHED' | 'NOT_MATCHED_BY_SOURCE' | 'NOT_MATCHED_BY_TARGET';

/** A WHEN clause. */
export interface MergeClause {
  readonly match: MergeMatch;
  readonly action: 'INSERT' | 'UPDATE' | 'DELETE';
  /** Its AND condition, as SQL text. */
  readonly condition: string;
  /** The values it writes, as SQL texts; undefined for INSERT ROW, which takes the source's columns. */
  readonly values: readonly string[] | undefined;
  /** The columns that INSERT ROW fills. */
  readonly rowFields: readonly Field[];
  /** Makes the new row from the one before and the evaluated values. */
  readonly apply: (row: Row, values: readonly Cell[]) => Row;
}

/** Reads the WHEN clauses of a MERGE. */
export function clausesOf(
  changing: ChangingStatement,
  schema: readonly Field[],
  alias: string,
): readonly MergeClause[] {
  return children(child(changing.statement.node, 'whenClauses'), 'clauseList').map((clause) => {
    const action = child(clause, 'action');
    const condition = span(unwrap(clause.searchCondition)?.node);
    const common = {
      match: matchOf(text(clause, 'matchType')),
      condition: condition === undefined ? 'TRUE' : textOf(changing, condition),
      rowFields: [],
    };
    switch (text(action, 'actionType')) {
      case 'INSERT':
        return { ...common, action: 'INSERT', ...insertion(changing, schema, action) };
      case 'UPDATE': {
        const assignments = assignmentsOf(changing, child(action, 'updateItemList'), schema, alias);
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
  changing: ChangingStatement,
  schema: readonly Field[],
  action: unknown,
): Pick<MergeClause, 'values' | 'apply' | 'rowFields'> {
  const names = children(child(action, 'insertColumnList'), 'identifiers').flatMap(
    (name) => text(name, 'idString') ?? [],
  );
  const columns =
    names.length === 0 ? schema.map((_, index) => index) : names.map((name) => columnIndex(schema, name));
  const missing = schema.flatMap((field, index) =>
    columns.includes(index) || field.defaultValueExpression === undefined ? [] : [index],
  );
  const expressions = children(child(action, 'insertRow'), 'values');
  const fields = columns.flatMap((index) => schema[index] ?? []);
  const given =
    expressions.length === 0
      ? undefined
      : fields.map((field, at) => castValue(changing, field, expressions[at]));
  const defaults = missing.flatMap((index) => schema[index] ?? []).map(defaultValue);
  const fitCell = rowFit(schema);
  return {
    values: given === undefined ? undefined : [...given, ...defaults],
    rowFields: given === undefined ? fields : [],
    apply: (_, values) => {
      const cells: Cell[] = schema.map(() => null);
      for (const [position, index] of [...columns, ...(given === undefined ? [] : missing)].entries())
        cells[index] = values[position] ?? null;
      return fitCell(cells);
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
    castText(`${sourceAlias}.${quoted(columns[index] ?? '')}`, field),
  );
}
