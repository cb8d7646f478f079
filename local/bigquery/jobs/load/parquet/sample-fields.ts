import type { Field } from '../../../model';
import { fieldsOfRest, restSchema } from '../../../store/schema/rest-schema';
import { createParquetReader } from './reader';
import type { ParquetRules } from './reader-messages';

/**
 * The columns that a table gets which a Parquet file of this machine is loaded into without a schema.
 * @throws BigQueryError `invalid` for what is no such file, or has columns that BigQuery does not read
 */
export async function fieldsOfParquet(path: string, rules: ParquetRules): Promise<readonly Field[]> {
  const reader = createParquetReader();
  try {
    const request = { kind: 'fields', path, rules } as const;
    for await (const message of reader.ask(request, { uri: path, path, bytes: 0 })) {
      if (message.kind === 'fields') return fieldsOfRest(restSchema.parse({ fields: message.fields }));
    }
    return [];
  } finally {
    reader.close();
  }
}
