import type { Problem } from './problem';
import type { ParameterDefinition, PipelineDefinition, Step } from './schemas/pipeline-schema';

type WritingStep = Extract<Step, { type: 'query' | 'load' | 'http' }>;

/** Problems of where a step's rows go. */
export function findDestinationProblems(
  { destination }: WritingStep,
  { parameters }: PipelineDefinition,
  metadataTables: ReadonlySet<string>,
): readonly Problem[] {
  if (destination === undefined) return [];
  return [
    ...findTableProblems(destination.table, metadataTables),
    ...findPartitionProblems(destination, parameters),
  ];
}

/** The metadata tables are the control plane's own: a pipeline that wrote to them could change quotas and usage. */
function findTableProblems(table: string, metadataTables: ReadonlySet<string>): readonly Problem[] {
  if (!metadataTables.has(table.toLowerCase())) return [];
  const message = `expected a table of the pipeline's own, given the metadata table '${table}'`;
  return [{ path: ['destination', 'table'], message }];
}

function findPartitionProblems(
  { partition, time_partitioning, write_disposition }: NonNullable<WritingStep['destination']>,
  parameters: Readonly<Record<string, ParameterDefinition>>,
): readonly Problem[] {
  if (partition === undefined) return [];
  const at = (message: string): readonly Problem[] => [{ path: ['destination', 'partition'], message }];
  if (write_disposition === 'MERGE') return at('expected with another write_disposition than MERGE');
  if (time_partitioning === undefined) return at('expected together with time_partitioning');
  const types = time_partitioning.type === 'HOUR' ? ['TIMESTAMP'] : ['DATE', 'TIMESTAMP'];
  const parameter = Object.hasOwn(parameters, partition) ? parameters[partition] : undefined;
  if (parameter && types.includes(parameter.type) && (parameter.required || parameter.default != null))
    return [];
  return at(
    `expected a ${types.join(' or ')} parameter that is required or has a default, given '${partition}'`,
  );
}
