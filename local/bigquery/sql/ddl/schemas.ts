import { BigQueryError } from '../../bigquery-error';
import type { DatasetReference, StatementResult } from '../../model';
import { datasetNotFoundInQuery } from '../../not-found';
import { child, children, flag, pathSegments, spanOf, stringAt, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import type { Scope } from '../scope';

/** CREATE SCHEMA: makes a dataset. */
export async function runCreateSchema({
  scope,
  script,
  statement,
  dry,
}: StatementRun): Promise<StatementResult> {
  const { node } = statement;
  const header = child(node, 'parent');
  const dataset = datasetNamed(scope, pathSegments(child(node, 'name')));
  const exists = scope.store.hasDataset(dataset);
  const { createDataset } = scope.store;
  if (createDataset === undefined) throw notImplemented('CREATE SCHEMA');
  if (exists && !flag(header, 'isIfNotExists'))
    throw new BigQueryError('duplicate', `Already Exists: Dataset ${dataset.projectId}:${dataset.datasetId}`);
  const options: Record<string, string> = {};
  for (const entry of children(child(node, 'optionsList'), 'optionsEntries')) {
    const name = stringAt(child(entry, 'name'), 'idString')?.toLowerCase() ?? '';
    const value = stringAt(unwrap(entry.value)?.node, 'stringValue');
    if (!['location', 'description', 'friendly_name'].includes(name) || value === undefined)
      throw invalidQuery(`Unknown option: ${name}`, script, spanOf(entry)?.start);
    options[name] = value;
  }
  if (!exists && !dry)
    await createDataset(dataset.datasetId, options.location ?? 'US', {
      ...(options.description && { description: options.description }),
      ...(options.friendly_name && { friendlyName: options.friendly_name }),
    });
  return schemaResult('CREATE_SCHEMA', exists ? 'SKIP' : 'CREATE');
}

/** DROP SCHEMA: RESTRICT, unless it says CASCADE. */
export async function runDropSchema({ scope, statement, dry }: StatementRun): Promise<StatementResult> {
  const { node } = statement;
  const dataset = datasetNamed(scope, pathSegments(child(node, 'name')));
  const { deleteDataset } = scope.store;
  if (deleteDataset === undefined) throw notImplemented('DROP SCHEMA');
  const exists = scope.store.hasDataset(dataset);
  if (!exists && !flag(node, 'isIfExists')) throw datasetNotFoundInQuery(dataset);
  if (exists && !dry) await deleteDataset(dataset, stringAt(node, 'dropMode') === 'CASCADE');
  return schemaResult('DROP_SCHEMA', exists ? 'DROP' : 'SKIP');
}

function datasetNamed({ projectId }: Scope, path: readonly string[]): DatasetReference {
  const [first = '', second, ...others] = path;
  if (others.length > 0) throw notImplemented(`A schema named ${path.join('.')}`);
  return second === undefined ? { projectId, datasetId: first } : { projectId: first, datasetId: second };
}

const schemaResult = (
  statementType: 'CREATE_SCHEMA' | 'DROP_SCHEMA',
  ddlOperationPerformed: 'CREATE' | 'DROP' | 'SKIP',
): StatementResult => ({ statementType, ddlOperationPerformed, referencedTables: [], bytesProcessed: 0 });
