import type { SchemaTree } from 'hyparquet';
import type { Field, FieldMode } from '../../../model';
import { detectedType, type Leaf, leafOf } from './leaf-types';
import { ParquetFault, type ParquetRules } from './reader-messages';

/** A column of a file, or a field within one. */
export interface Column {
  readonly name: string;
  /** "a.b.c", for messages. */
  readonly path: string;
  readonly mode: FieldMode;
  /** A leaf, or else the fields of a group. */
  readonly leaf: Leaf | undefined;
  readonly columns: readonly Column[];
  /** Of a LIST or MAP that is read as a repeated field: the fields of its groups that lead to the items. */
  readonly within: readonly string[];
}

/**
 * The columns of a file as BigQuery understands them. Groups are records, a LIST is `{list: [{element}]}` and
 * a MAP `{key_value: [{key, value}]}`, by the names in the file, unless the rules ask for repeated fields.
 */
export function columnsOf(root: SchemaTree, rules: ParquetRules): Column[] {
  return root.children.map((child) => columnOf(child, rules));
}

const modes = { REQUIRED: 'REQUIRED', OPTIONAL: 'NULLABLE', REPEATED: 'REPEATED' } as const;

function columnOf(node: SchemaTree, rules: ParquetRules): Column {
  const items = itemsOf(node, rules);
  if (items !== undefined) return { ...items, ...namesOf(node) };
  const { repetition_type: repetition = 'REQUIRED', type } = node.element;
  return {
    ...namesOf(node),
    mode: modes[repetition],
    leaf: type === undefined ? undefined : leafOf(node.element),
    columns: type === undefined ? columnsOf(node, rules) : [],
    within: [],
  };
}

const namesOf = ({ element, path }: SchemaTree) => ({ name: element.name, path: path.join('.') });

const isAnnotated = ({ element }: SchemaTree, type: 'LIST' | 'MAP'): boolean =>
  element.converted_type === type || element.logical_type?.type === type;

/** The repeated field that stands for a LIST or MAP, or undefined where the node is to be read as it is. */
function itemsOf(node: SchemaTree, rules: ParquetRules): Omit<Column, 'name' | 'path'> | undefined {
  const [repeated, ...others] = node.children;
  if (repeated === undefined || others.length > 0) return undefined;
  if (repeated.element.repetition_type !== 'REPEATED') return undefined;
  const asList = isAnnotated(node, 'LIST') && rules.parquetOptions?.enableListInference === true;
  const asMap = isAnnotated(node, 'MAP') && rules.parquetOptions?.mapTargetType === 'ARRAY_OF_STRUCT';
  if (!asList && !asMap) return undefined;
  const element = asList ? elementOf(node, repeated) : undefined;
  const { leaf, columns, within } = columnOf(element ?? repeated, rules);
  if (within.length > 0) {
    throw new ParquetFault(
      `Parquet column '${node.path.join('.')}' is a list of lists, and no array holds arrays.`,
    );
  }
  const names = element === undefined ? [repeated] : [repeated, element];
  return { mode: 'REPEATED', leaf, columns, within: names.map((step) => step.element.name) };
}

/**
 * What the repeated group of a list holds, or undefined where that is the element itself
 * (https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#backward-compatibility-rules).
 */
function elementOf(list: SchemaTree, repeated: SchemaTree): SchemaTree | undefined {
  const [element, ...others] = repeated.children;
  const { name } = repeated.element;
  const isElement = name === 'array' || name === `${list.element.name}_tuple`;
  return others.length > 0 || isElement || element?.element.repetition_type === 'REPEATED'
    ? undefined
    : element;
}

/** The schema that BigQuery detects. @throws ParquetFault for a column that it does not read */
export function detectedFields(columns: readonly Column[], rules: ParquetRules): Field[] {
  return columns.map((column) => {
    const { name, mode, leaf } = column;
    if (leaf === undefined) {
      return { name, type: 'RECORD', mode, fields: detectedFields(column.columns, rules) };
    }
    return { name, type: detectedType(supportedKind(column, leaf), leaf, rules), mode };
  });
}

/** @throws ParquetFault for a column that BigQuery does not read */
export function supportedKind({ path }: Column, { kind, text }: Leaf): NonNullable<Leaf['kind']> {
  if (kind !== undefined) return kind;
  const advice = text.endsWith('_NANOS)') ? ' Write it with MICROS or MILLIS.' : '';
  throw new ParquetFault(`Parquet column '${path}' has type ${text}, which is not supported.${advice}`);
}
