import { findGraphProblems } from '../domain/dag';
import { parseParameterValue } from '../domain/parameter-values';
import type { ParameterDefinition, PipelineDefinition, Step } from './pipeline-shape';
import { findQueryParameters } from './sql-parameters';

/** What the shape alone cannot say: problems of a whole definition, each naming step and field. */
export function findPipelineProblems(
  definition: PipelineDefinition,
  metadataTables: ReadonlySet<string>,
): readonly string[] {
  return [
    ...findGraphProblems(definition.steps).map((problem) => `steps: ${problem}`),
    ...Object.entries(definition.parameters).flatMap(([name, parameter]) =>
      findDefaultProblems(name, parameter),
    ),
    ...definition.steps.flatMap((step) =>
      findStepProblems(step, definition.parameters, metadataTables).map(
        (problem) => `steps ('${step.id}').${problem}`,
      ),
    ),
  ];
}

function findDefaultProblems(name: string, parameter: ParameterDefinition): readonly string[] {
  if (parameter.default === undefined || parameter.default === null) return [];
  const parsed = parseParameterValue(name, parameter, parameter.default);
  return parsed.ok ? [] : [`parameters.${name}.default: ${parsed.message}`];
}

function findStepProblems(
  step: Step,
  parameters: Readonly<Record<string, ParameterDefinition>>,
  metadataTables: ReadonlySet<string>,
): readonly string[] {
  switch (step.type) {
    case 'query':
      return [
        ...findSqlProblems('sql', step.sql, parameters),
        ...findDestinationProblems(step, metadataTables),
      ];
    case 'load':
      return [
        ...findSourceProblems(step.source_uri_parameter, parameters),
        ...findDestinationProblems(step, metadataTables),
      ];
    case 'quality':
      return [
        ...findDuplicateChecks(step.checks.map((check) => check.name)),
        ...step.checks.flatMap((check) =>
          check.type === 'sql'
            ? findCheckSqlProblems(`checks ('${check.name}').sql`, check.sql, parameters)
            : [],
        ),
      ];
    case 'notify':
      return [];
  }
}

function findSqlProblems(
  place: string,
  sql: string,
  parameters: Readonly<Record<string, ParameterDefinition>>,
): readonly string[] {
  return findQueryParameters(sql)
    .filter((name) => !Object.hasOwn(parameters, name))
    .map(
      (name) => `${place}: @${name} is not a parameter of the pipeline, expected ${listNames(parameters)}`,
    );
}

/** A check's query becomes a part of one statement, so it must be one query without its own semicolon. */
function findCheckSqlProblems(
  place: string,
  sql: string,
  parameters: Readonly<Record<string, ParameterDefinition>>,
): readonly string[] {
  const semicolon = /;\s*$/.test(sql) ? [`${place}: expected a query without a semicolon at its end`] : [];
  return [...semicolon, ...findSqlProblems(place, sql, parameters)];
}

function findSourceProblems(
  name: string | undefined,
  parameters: Readonly<Record<string, ParameterDefinition>>,
): readonly string[] {
  if (name === undefined) return [];
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (parameter?.type === 'STRING' && (parameter.required || parameter.default != null)) return [];
  return [
    `source_uri_parameter: expected a STRING parameter that is required or has a default, given '${name}'`,
  ];
}

/** The metadata tables are the control plane's own: a pipeline that wrote to them could change quotas and usage. */
function findDestinationProblems(
  step: Extract<Step, { type: 'query' | 'load' }>,
  metadataTables: ReadonlySet<string>,
): readonly string[] {
  const table = step.destination?.table;
  if (table === undefined || !metadataTables.has(table.toLowerCase())) return [];
  return [`destination.table: expected a table of the pipeline's own, given the metadata table '${table}'`];
}

function findDuplicateChecks(names: readonly string[]): readonly string[] {
  const duplicates = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...duplicates].map((name) => `checks: check '${name}' is defined twice`);
}

function listNames(parameters: Readonly<Record<string, ParameterDefinition>>): string {
  const names = Object.keys(parameters);
  return names.length === 0 ? 'none (the pipeline declares no parameters)' : `one of ${names.join(', ')}`;
}
