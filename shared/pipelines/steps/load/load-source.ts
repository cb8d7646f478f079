import type { LoadStep } from '../../../definitions/schemas/pipeline-schema';
import type { LoadWork } from '../../../google/bigquery/jobs/job-request';
import type { RunInputs, StepError } from '../../execution';
import { withTenant } from '../../rules/run-sources';

/** The files that a load step reads, and who named them; or why there are none. */
export function findLoadSource(
  run: RunInputs,
  { source_uri_parameter: name, source_uris = [] }: LoadStep,
): Pick<LoadWork, 'sourceUris' | 'urisFrom'> | { readonly error: StepError } {
  if (name === undefined) {
    return { sourceUris: source_uris.map((uri) => withTenant(uri, run.tenantId)), urisFrom: 'definition' };
  }
  const value = run.parameters[name];
  if (typeof value === 'string' && /^gs:\/\/[^/]+\/.+$/.test(value)) {
    return { sourceUris: [value], urisFrom: 'caller' };
  }
  const message = `Parameter '${name}' must be a URI like gs://bucket/path; given ${JSON.stringify(value ?? null)}.`;
  return { error: { code: 'invalid_source', message } };
}
