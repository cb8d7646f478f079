import { BigQueryError } from '../bigquery-error';
import type { SqlEngine, SqlRequest, StatementResult, TableReference } from '../model';
import type { Store } from '../store/store';
import { type DestinationTable, writeDestination } from './destination';
import type { QueryRows } from './job';
import type { QueryConfiguration } from './job-schemas';
import { bytesBilled, queryStatistics, withOutput } from './query-statistics';

/** The result of a query, whether it ran as a job or at once. */
export interface QueryOutcome {
  readonly result: StatementResult;
  readonly statistics: Record<string, unknown>;
  /** Absent where the rows went to a destination table, or there are none. */
  readonly rows?: QueryRows;
  readonly destination?: TableReference;
}

export interface QueryRunner {
  /** Runs a statement or script as its configuration says. @throws BigQueryError */
  run(
    configuration: QueryConfiguration,
    manner: Pick<SqlRequest, 'scriptFault' | 'signals'>,
  ): Promise<QueryOutcome>;
  /** Type-checks only. @throws BigQueryError */
  dryRun(configuration: QueryConfiguration): Promise<QueryOutcome>;
}

export function createQueryRunner(store: Store, engine: SqlEngine): QueryRunner {
  return {
    async run(configuration, manner) {
      const request = { ...requestOf(store, configuration), ...manner };
      const destination = destinationOf(store, configuration);
      if (destination !== undefined || limitOf(configuration) !== undefined) {
        await checkBeforehand(engine, request, configuration, destination);
      }
      const result = await engine.run(request);
      const statistics = queryStatistics(result, false);
      const { schema, rows } = result;
      if (schema === undefined || rows === undefined) return { result, statistics };
      if (destination === undefined) return { result, statistics, rows: { schema, rows } };
      await writeDestination(store, destination, schema, rows);
      return { result, statistics: withOutput(statistics, rows.length), destination: destination.table };
    },
    async dryRun(configuration) {
      const result = await engine.analyze(requestOf(store, configuration));
      return { result, statistics: queryStatistics(result, true) };
    },
  };
}

function requestOf(store: Store, configuration: QueryConfiguration): SqlRequest {
  if (configuration.useLegacySql === true) {
    throw new BigQueryError(
      'invalid',
      'Legacy SQL is not supported: set useLegacySql to false.',
      'useLegacySql',
    );
  }
  if (configuration.createSession === true) {
    throw new BigQueryError('notImplemented', 'Sessions are not supported locally.', 'createSession');
  }
  const { query, defaultDataset, queryParameters } = configuration;
  const { projectId } = store;
  return {
    sql: query,
    projectId,
    ...(defaultDataset && { defaultDataset: { projectId, ...defaultDataset } }),
    parameters: queryParameters ?? [],
  };
}

function destinationOf(store: Store, configuration: QueryConfiguration): DestinationTable | undefined {
  const { destinationTable, timePartitioning, rangePartitioning, clustering } = configuration;
  if (destinationTable === undefined) return undefined;
  return {
    table: { projectId: store.projectId, ...destinationTable },
    write: configuration.writeDisposition ?? 'WRITE_EMPTY',
    create: configuration.createDisposition ?? 'CREATE_IF_NEEDED',
    updates: configuration.schemaUpdateOptions,
    options: {
      ...(timePartitioning && { timePartitioning }),
      ...(rangePartitioning && { rangePartitioning }),
      ...(clustering && { clustering }),
    },
  };
}

/** Checks that must come before anything is changed. */
async function checkBeforehand(
  engine: SqlEngine,
  request: SqlRequest,
  configuration: QueryConfiguration,
  destination: DestinationTable | undefined,
): Promise<void> {
  const analyzed = await engine.analyze(request);
  if (destination !== undefined && analyzed.statementType !== 'SELECT') {
    const kind = analyzed.dmlStats !== undefined || isDml(analyzed) ? 'DML' : analyzed.statementType;
    throw new BigQueryError('invalidQuery', `Cannot set destination table in jobs with ${kind} statements`);
  }
  const limit = limitOf(configuration);
  const billed = bytesBilled(analyzed);
  if (limit === undefined || billed <= limit) return;
  throw new BigQueryError(
    'bytesBilledLimitExceeded',
    `Query exceeded limit for bytes billed: ${limit}. ${billed} or higher required.`,
  );
}

function isDml({ statementType }: StatementResult): boolean {
  return ['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'TRUNCATE_TABLE'].includes(statementType);
}

function limitOf({ maximumBytesBilled }: QueryConfiguration): number | undefined {
  return maximumBytesBilled == null ? undefined : Number(maximumBytesBilled);
}
