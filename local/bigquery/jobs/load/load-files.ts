import { BigQueryError } from '../../bigquery-error';
import type { TableReference } from '../../model';
import type { LoadOptions } from '../../sql/engine-context';
import type { Store } from '../../store/store';
import { jobConfigurationSchema } from '../job-schemas';
import { runLoad } from './run-load';

/** LOAD DATA, as the load job that it stands for. @throws BigQueryError as that job would fail */
export async function loadFiles(
  store: Store,
  gcsDirectory: string,
  { datasetId, tableId }: TableReference,
  { uris, format, settings, schema, isReplacing, ...options }: LoadOptions,
): Promise<void> {
  const { timePartitioning, rangePartitioning, clustering } = options;
  const parsed = jobConfigurationSchema.safeParse({
    load: {
      ...settings,
      sourceUris: uris,
      sourceFormat: format,
      destinationTable: { datasetId, tableId },
      ...(schema && { schema: { fields: schema } }),
      writeDisposition: isReplacing ? 'WRITE_TRUNCATE' : 'WRITE_APPEND',
      ...(timePartitioning && { timePartitioning }),
      ...(rangePartitioning && { rangePartitioning }),
      ...(clustering && { clustering }),
    },
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BigQueryError(
      'invalidQuery',
      `Invalid option ${String(issue?.path.at(-1))}: ${issue?.message}`,
      'query',
    );
  }
  const { load } = parsed.data;
  if (load !== undefined) await runLoad(store, { gcsDirectory }, load);
}
