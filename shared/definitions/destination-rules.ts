import type { DefinitionProblem } from './definition-problems';
import type { ParameterDefinition, PipelineDefinition, Step } from './schemas/pipeline-schema';

type WritingStep = Extract<Step, { type: 'query' | 'load' | 'http' }>;

/** Problems of the table that a step's rows go to. */
export function findDestinationProblems(
  { destination }: WritingStep,
  { parameters }: PipelineDefinition,
  metadataTables: ReadonlySet<string>,
): readonly DefinitionProblem[] {
  if (destination === undefined) return [];
  return [
    ...findTableProblems(destination.table, metadataTables),
    ...findPartitionProblems(destination, parameters),
  ];
}

/** A pipeline that wrote to a metadata table could change quotas and usage. */
function findTableProblems(table: string, metadataTables: ReadonlySet<string>): readonly DefinitionProblem[] {
  if (!metadataTables.has(table.toLowerCase())) return [];
  const message = `expected a table of the pipeline's own, given the metadata table '${table}'`;
  return [{ path: ['destination', 'table'], message }];
}

function findPartitionProblems(
  { partition, time_partitioning, write_disposition }: NonNullable<WritingStep['destination']>,
  parameters: Readonly<Record<string, ParameterDefinition>>,
): readonly DefinitionProblem[] {
  if (partition === undefined) return [];
  const at = (message: string): readonly DefinitionProblem[] => [
    { path: ['destination', 'partition'], message },
  ];
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
