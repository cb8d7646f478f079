import type { Field } from '../../model';
import { fieldOfType } from '../analyse/engine-types';
import { cellDecoder } from '../codec/decode-cell';
import { child, children, flag, stringAt, type TreeNode, unwrap } from '../engine/tree';
import { notImplemented } from '../parse/query-errors';

/** The field that an analysed column definition describes. */
export function fieldOfDefinition(definition: TreeNode): Field {
  const field = fieldOfType(stringAt(definition, 'name') ?? '', definition.type);
  const defaultValueExpression = stringAt(child(definition, 'defaultValue'), 'sql');
  const annotated = annotatedField(field, child(definition, 'annotations'));
  return defaultValueExpression === undefined ? annotated : { ...annotated, defaultValueExpression };
}

/**
 * Adds what a column's annotations say: NOT NULL, description, type parameters; for the fields inside as
 * well.
 */
function annotatedField(field: Field, annotations: TreeNode | undefined): Field {
  if (annotations === undefined) return field;
  if (field.mode === 'REPEATED') {
    const element = annotatedField({ ...field, mode: 'NULLABLE' }, children(annotations, 'childList')[0]);
    return { ...element, ...described(annotations), mode: 'REPEATED' };
  }
  const inner = children(annotations, 'childList');
  return {
    ...field,
    ...(flag(annotations, 'notNull') && { mode: 'REQUIRED' as const }),
    ...(field.fields && { fields: field.fields.map((each, index) => annotatedField(each, inner[index])) }),
    ...typeParameters(child(annotations, 'typeParameters')),
    ...described(annotations),
  };
}

function typeParameters(parameters: TreeNode | undefined): Partial<Field> {
  const numeric = child(parameters, 'numericTypeParameters');
  if (numeric !== undefined) {
    const precision = stringAt(numeric, 'precision');
    const scale = stringAt(numeric, 'scale');
    return { ...(precision && { precision }), ...(scale && scale !== '0' && { scale }) };
  }
  const maxLength = stringAt(child(parameters, 'stringTypeParameters'), 'maxLength');
  return maxLength === undefined ? {} : { maxLength };
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#column_option_list */
const unsupportedOptions = new Set(['rounding_mode', 'data_policies', 'policy_tags', 'tags']);

function described(annotations: TreeNode): Partial<Field> {
  const other = children(annotations, 'optionList')
    .map((each) => stringAt(each, 'name')?.toLowerCase() ?? '')
    .find((name) => unsupportedOptions.has(name));
  if (other !== undefined) throw notImplemented(`The option ${other} of a column`);
  const option = children(annotations, 'optionList').find((each) => stringAt(each, 'name') === 'description');
  const literal = unwrap(option?.value);
  if (literal?.kind !== 'resolvedLiteralNode') return {};
  const value = child(literal.node, 'value');
  const description = cellDecoder(fieldOfType('', value?.type))(value?.value);
  return typeof description === 'string' ? { description } : {};
}
