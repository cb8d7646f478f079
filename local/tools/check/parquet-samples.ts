import { dirname, join } from 'node:path';
import type { Field } from 'local-bigquery/engine';
import { fieldsOfParquet } from 'local-bigquery/engine';
import type { LoadStep, PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';

/** The columns of the file that a step names as an example of what it loads. Throws a BigQueryError for what is none. */
export function columnsOfSample(
  schemasDirectory: string,
  { path }: PipelineDefinition,
  { sample_file: file = '', decimal_target_types, parquet = {} }: LoadStep,
): Promise<readonly Field[]> {
  return fieldsOfParquet(join(schemasDirectory, 'pipelines', dirname(path), file), {
    decimalTargetTypes: decimal_target_types,
    // As in a load job of this step.
    parquetOptions: {
      enableListInference: parquet.list_inference ?? true,
      enumAsString: parquet.enum_as_string ?? true,
    },
  });
}
