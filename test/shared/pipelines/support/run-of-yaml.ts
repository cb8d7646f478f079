import { loadPipelines } from '../../../../shared/definitions/pipelines';
import type { RunToExecute } from '../../../../shared/pipelines/execution';
import { parseParameters } from '../../../../shared/pipelines/rules/pipeline-parameters';
import { withSchemas } from '../../definitions/schemas-directory';

/**
 * tenant_1's run of the pipeline a/b/c with this definition (without its description) and the files beside
 * it.
 */
export function runOfYaml(
  runId: string,
  yaml: string,
  parameters: Readonly<Record<string, unknown>> = {},
  files: Readonly<Record<string, string>> = {},
): RunToExecute {
  const beside = Object.entries(files).map(([name, text]) => [`pipelines/a/b/${name}`, text]);
  const definition = withSchemas(
    {
      'tables/x_meta_tenants.json': '{}',
      'pipelines/a/b/c.yaml': `description: A test\n${yaml}`,
      ...Object.fromEntries(beside),
    },
    (directory) => loadPipelines(directory).get('a/b/c'),
  );
  if (!definition) throw new Error('There is no definition');
  const parsed = parseParameters(definition.parameters, parameters);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return {
    runId,
    tenantId: 'tenant_1',
    datasetId: 'tenant_1',
    definition,
    parameters: parsed.values,
    leaseExpiresAt: new Date(Date.now() + 3_600_000),
  };
}
