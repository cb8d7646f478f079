import { loadControlTables } from '../definitions/tables';
import type { Env } from '../env';
import type { ControlDatasetSettings } from '../google/bigquery/tables/control-dataset';

/** The control dataset, as the deployment has it. Its definitions are read when they are needed. */
export const controlSettingsOf = (
  env: Pick<Env, 'CONTROL_DATASET' | 'BIGQUERY_LOCATION' | 'SCHEMAS_DIRECTORY'>,
): ControlDatasetSettings => ({
  name: env.CONTROL_DATASET,
  location: env.BIGQUERY_LOCATION,
  tables: () => loadControlTables(env.SCHEMAS_DIRECTORY),
});
