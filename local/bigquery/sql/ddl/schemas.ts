import { BigQueryError } from '../../bigquery-error';
import type { Cell, DatasetOptions, DatasetReference, StatementResult } from '../../model';
import { datasetNotFoundInQuery } from '../../not-found';
import { child, children, flag, isNode, pathSegments, stringAt } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import type { Scope } from '../scope';
import { givenOptions, labelsOf } from './options-list';

/** CREATE SCHEMA: makes a dataset. */
export async function runCreateSchema(run: StatementRun): Promise<StatementResult> {
  const { scope, statement, dry } = run;
  const { node } = statement;
  const header = child(node, 'parent');
  const dataset = datasetNamed(scope, pathSegments(child(node, 'name')));
  const exists = scope.store.hasDataset(dataset);
  const { createDataset } = scope.store;
  if (createDataset === undefined) throw notImplemented('CREATE SCHEMA');
  if (exists && !flag(header, 'isIfNotExists'))
    throw new BigQueryError('duplicate', `Already Exists: Dataset ${dataset.projectId}:${dataset.datasetId}`);
  const given = await givenOptions(run, child(node, 'optionsList'));
  const options = datasetOptions(run, given);
  const location = given.get('location');
  if (isNode(node.collate)) throw notImplemented('DEFAULT COLLATE');
  if (!exists && !dry)
    await createDataset(dataset.datasetId, typeof location === 'string' ? location : 'US', options);
  if (dry) scope.foreseenDatasets.add(dataset.datasetId);
  return schemaResult('CREATE_SCHEMA', exists ? 'SKIP' : 'CREATE');
}

/** ALTER SCHEMA … SET OPTIONS. */
export async function runAlterSchema(run: StatementRun): Promise<StatementResult> {
  const { scope, statement, dry } = run;
  const base = child(statement.node, 'parent');
  const dataset = datasetNamed(scope, pathSegments(child(base, 'path')));
  const { updateDataset } = scope.store;
  if (updateDataset === undefined) throw notImplemented('ALTER SCHEMA');
  if (!scope.store.hasDataset(dataset)) {
    if (flag(base, 'isIfExists')) return schemaResult('ALTER_SCHEMA', 'SKIP');
    throw datasetNotFoundInQuery(dataset);
  }
  for (const action of children(child(base, 'actionList'), 'actions')) {
    const given = child(action, 'astSetOptionsActionNode', 'optionsList');
    if (given === undefined) throw notImplemented('ALTER SCHEMA other than SET OPTIONS');
    const options = datasetOptions(run, await givenOptions(run, given));
    if (!dry) await updateDataset(dataset, ({ properties }) => ({ ...properties, ...options }));
  }
  return schemaResult('ALTER_SCHEMA', 'ALTER');
}

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#schema_option_list */
const unsupportedOptions = new Set([
  ...['default_kms_key_name', 'default_rounding_mode', 'is_case_insensitive', 'failover_reservation', 'tags'],
  ...['is_primary', 'primary_replica', 'external_catalog_dataset_options'],
]);

function datasetOptions(
  { script, statement }: StatementRun,
  given: ReadonlyMap<string, Cell>,
): DatasetOptions {
  const options: DatasetOptions = {};
  for (const [name, cell] of given) {
    const text = typeof cell === 'string' ? cell : undefined;
    const days = text === undefined ? undefined : String(Math.round(Number(text) * 86_400_000));
    if (name === 'description') options.description = text;
    else if (name === 'friendly_name') options.friendlyName = text;
    else if (name === 'labels') options.labels = { ...labelsOf(cell) };
    else if (name === 'default_table_expiration_days') options.defaultTableExpirationMs = days;
    else if (name === 'default_partition_expiration_days') options.defaultPartitionExpirationMs = days;
    else if (name === 'max_time_travel_hours') options.maxTimeTravelHours = text;
    else if (name === 'storage_billing_model') options.storageBillingModel = text;
    else if (unsupportedOptions.has(name)) throw notImplemented(`The option ${name} of a schema`);
    else if (name !== 'location') throw invalidQuery(`Unknown option: ${name}`, script, statement.span.start);
  }
  return options;
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
  statementType: 'CREATE_SCHEMA' | 'DROP_SCHEMA' | 'ALTER_SCHEMA',
  ddlOperationPerformed: 'CREATE' | 'DROP' | 'SKIP' | 'ALTER',
): StatementResult => ({ statementType, ddlOperationPerformed, referencedTables: [], bytesProcessed: 0 });
