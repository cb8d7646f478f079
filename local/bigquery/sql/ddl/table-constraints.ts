import { BigQueryError } from '../../bigquery-error';
import type { Field, ForeignKey, TableConstraints } from '../../model';
import { missingTable } from '../analyse/reachable-tables';
import { child, children, flag, isNode, pathSegments, stringAt, type TreeNode, unwrap } from '../engine/tree';
import { resolvePath, type Scope } from '../scope';

/** PRIMARY KEY and FOREIGN KEY of a table: kept and answered, and not enforced, as in BigQuery. */

/** The constraints of a parsed CREATE TABLE; undefined: none. */
export function constraintsOf(
  scope: Scope,
  create: TreeNode,
  schema: readonly Field[],
): TableConstraints | undefined {
  const elements = children(child(create, 'parent', 'tableElementList'), 'elements');
  let constraints: TableConstraints = {};
  for (const element of elements) constraints = withConstraint(scope, constraints, element, schema);
  return isEmpty(constraints) ? undefined : constraints;
}

const isEmpty = ({ primaryKey, foreignKeys = [] }: TableConstraints): boolean =>
  primaryKey === undefined && foreignKeys.length === 0;

const words = (list: unknown, key: string): readonly string[] =>
  children(list, key).flatMap((each) => stringAt(each, 'idString') ?? []);

/** With what a parsed constraint says; other elements say nothing. */
function withConstraint(
  scope: Scope,
  before: TableConstraints,
  element: TreeNode,
  schema: readonly Field[],
): TableConstraints {
  const primary = child(element, 'astPrimaryKeyNode');
  const foreign = child(element, 'astForeignKeyNode');
  const column = child(element, 'astColumnDefinitionNode');
  if (column !== undefined && hasKey(column))
    return withPrimaryKey(before, [stringAt(child(column, 'name'), 'idString') ?? ''], schema);
  if (primary !== undefined) {
    const columns = children(child(primary, 'elementList'), 'elements').flatMap(
      (each) => stringAt(child(each, 'column'), 'idString') ?? [],
    );
    return withPrimaryKey(before, columns, schema);
  }
  if (foreign === undefined) return before;
  return { ...before, foreignKeys: [...(before.foreignKeys ?? []), foreignKeyOf(scope, foreign)] };
}

/** `id INT64 PRIMARY KEY NOT ENFORCED`. */
function hasKey(column: TreeNode): boolean {
  const { node } = unwrap(column.schema) ?? {};
  const attributes = children(child(node, 'parent', 'attributes') ?? child(node, 'attributes'), 'values');
  return attributes.some((each) => isNode(each.astPrimaryKeyColumnAttributeNode));
}

function withPrimaryKey(
  before: TableConstraints,
  columns: readonly string[],
  schema: readonly Field[],
): TableConstraints {
  if (before.primaryKey !== undefined) throw invalid('Table already has a primary key.');
  const unknown = columns.find(
    (name) => !schema.some((field) => field.name.toLowerCase() === name.toLowerCase()),
  );
  if (unknown !== undefined) throw invalid(`Primary key column '${unknown}' is not found in the table.`);
  return { ...before, primaryKey: { columns } };
}

function foreignKeyOf(scope: Scope, node: TreeNode): ForeignKey {
  const reference = child(node, 'reference');
  const path = pathSegments(child(reference, 'tableName'));
  const referencedTable = resolvePath(scope, path);
  if (referencedTable === undefined || scope.read(referencedTable) === undefined)
    throw missingTable(scope, path);
  const name = stringAt(child(node, 'constraintName') ?? child(node, 'parent', 'constraintName'), 'idString');
  const [own, others] = [
    words(child(node, 'columnList'), 'identifiers'),
    words(child(reference, 'columnList'), 'identifiers'),
  ];
  const columnReferences = own.map((referencingColumn, index) => ({
    referencingColumn,
    referencedColumn: others[index] ?? '',
  }));
  return { ...(name !== undefined && { name }), referencedTable, columnReferences };
}

/** What an action of ALTER TABLE makes of the constraints; undefined: it is not about them. */
export function alteredConstraints(
  scope: Scope,
  { kind, node }: { readonly kind: string; readonly node: TreeNode },
  before: TableConstraints,
  schema: readonly Field[],
): TableConstraints | undefined {
  switch (kind) {
    case 'astAddConstraintActionNode': {
      const constraint = child(node, 'constraint');
      return constraint && withConstraint(scope, before, constraint, schema);
    }
    case 'astDropPrimaryKeyActionNode': {
      if (before.primaryKey === undefined && !flag(node, 'isIfExists'))
        throw invalid('Table does not have a primary key.');
      const { primaryKey: _, ...rest } = before;
      return rest;
    }
    case 'astDropConstraintActionNode': {
      const name = stringAt(child(node, 'constraintName'), 'idString');
      const rest = (before.foreignKeys ?? []).filter((key) => key.name !== name);
      if (rest.length === (before.foreignKeys ?? []).length && !flag(node, 'isIfExists'))
        throw invalid(`Constraint ${name} does not exist.`);
      return { ...before, foreignKeys: rest };
    }
    default:
      return undefined;
  }
}

const invalid = (message: string): BigQueryError => new BigQueryError('invalidQuery', message, 'query');
