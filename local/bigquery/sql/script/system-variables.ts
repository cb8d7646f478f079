import type { Scope, TypedValue } from '../scope';

/** System variables that are known, with their types. */
const types = {
  project_id: 'STRING',
  dataset_id: 'STRING',
  dataset_project_id: 'STRING',
  time_zone: 'STRING',
  row_count: 'INTEGER',
  'error.message': 'STRING',
  'error.statement_text': 'STRING',
  'error.formatted_stack_trace': 'STRING',
} as const;

/** What their names in a text begin with. */
export const systemPrefix = '__system_';

type SystemVariable = keyof typeof types;

/** The name by which a text goes on naming `@@path`; undefined where there is no such variable. */
export function systemVariableName(path: readonly string[]): string | undefined {
  const name = path.join('.').toLowerCase();
  return Object.hasOwn(types, name) ? `${systemPrefix}${name.replace('.', '_')}` : undefined;
}

/** A system variable as one of the script. */
export function systemVariable(name: SystemVariable, cell: string | null): TypedValue {
  const own = `${systemPrefix}${name.replace('.', '_')}`;
  return { name: own, field: { name: own, type: types[name], mode: 'NULLABLE' }, cell };
}

/** Those that every statement sees. */
export function systemVariables({ projectId, defaultDataset }: Scope): Map<string, TypedValue> {
  const all = [
    systemVariable('project_id', projectId),
    systemVariable('dataset_id', defaultDataset?.datasetId ?? null),
    systemVariable('dataset_project_id', defaultDataset?.projectId ?? projectId),
    systemVariable('time_zone', 'UTC'),
    systemVariable('row_count', null),
    // Outside of a handler there is no error.
    systemVariable('error.message', null),
    systemVariable('error.statement_text', null),
    systemVariable('error.formatted_stack_trace', null),
  ];
  return new Map(all.map((value) => [value.name, value]));
}
