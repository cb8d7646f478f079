import { findGraphProblems } from '../pipelines/rules/dag';
import { findDestinationUriProblems } from '../pipelines/rules/destination-uri';
import { parseParameterValue } from '../pipelines/rules/parameter-values';
import { sqlParametersOf, watermarkName } from '../pipelines/rules/pipeline-parameters';
import { anyTenant, judgeUri, withTenant } from '../pipelines/rules/run-sources';
import type { DefinitionProblem } from './definition-problems';
import { findDestinationProblems } from './destination-rules';
import type {
  HttpStep,
  LoadStep,
  ParameterDefinition,
  PipelineDefinition,
  Step,
} from './schemas/pipeline-schema';
import { findOpenEnd, findQueryParameters } from './sql/sql-texts';
import { refuseText } from './sql/text-reads';

type Parameters = Readonly<Record<string, ParameterDefinition>>;

/** The problems that a schema cannot find, because they concern several parts of a definition. */
export function findPipelineProblems(
  definition: PipelineDefinition,
  metadataTables: ReadonlySet<string>,
): readonly DefinitionProblem[] {
  const { steps, parameters } = definition;
  return [
    ...findGraphProblems(steps).map(({ node, need, message }) => ({
      path: need === undefined ? ['steps', node] : ['steps', node, 'needs', need],
      message,
    })),
    ...Object.entries(parameters).flatMap(([name, parameter]) => findValueProblems(name, parameter)),
    ...findWatermarkProblems(definition),
    ...findConcurrencyProblems(definition),
    ...steps.flatMap((step, index) =>
      findStepProblems(step, definition, metadataTables).map((problem) => under(['steps', index], problem)),
    ),
  ];
}

/** The problem of a part, as a problem of the whole. */
const under = (path: readonly PropertyKey[], problem: DefinitionProblem): DefinitionProblem => ({
  ...problem,
  path: [...path, ...problem.path],
});

/** A default, and an example that is offered, are values as a run could give them. */
function findValueProblems(name: string, parameter: ParameterDefinition): readonly DefinitionProblem[] {
  return (['default', 'example'] as const).flatMap((field) => {
    const value = parameter[field];
    if (value === undefined || value === null) return [];
    const parsed = parseParameterValue(name, parameter, value);
    return parsed.ok ? [] : [{ path: ['parameters', name, field], message: parsed.message }];
  });
}

function findWatermarkProblems(definition: PipelineDefinition): readonly DefinitionProblem[] {
  const { watermark, parameters } = definition;
  if (watermark === undefined) return [];
  const taken = {
    path: ['parameters', watermarkName],
    message: 'expected another name: @watermark is the watermark',
  };
  const described = { type: watermark.type, description: 'The watermark.' };
  const initial = parseParameterValue('watermark', described, watermark.initial);
  return [
    ...(Object.hasOwn(parameters, watermarkName) ? [taken] : []),
    ...(initial.ok ? [] : [{ path: ['watermark', 'initial'], message: initial.message }]),
    ...findPartSqlProblems(['watermark', 'sql'], watermark.sql, sqlParametersOf(definition)),
  ];
}

function findConcurrencyProblems({
  concurrency,
  parameters,
}: PipelineDefinition): readonly DefinitionProblem[] {
  if (concurrency === undefined || Object.hasOwn(parameters, concurrency.key)) return [];
  const names = Object.keys(parameters);
  const expected = names.length === 0 ? 'a parameter, and there is none' : `one of ${names.join(', ')}`;
  return [{ path: ['concurrency', 'key'], message: `expected ${expected}` }];
}

/** Problems of one step. Their paths begin at the step. */
function findStepProblems(
  step: Step,
  definition: PipelineDefinition,
  metadataTables: ReadonlySet<string>,
): readonly DefinitionProblem[] {
  const { parameters } = definition;
  const sqlParameters = sqlParametersOf(definition);
  switch (step.type) {
    case 'query':
      return [
        ...(step.destination?.write_disposition === 'MERGE' ? findPartSqlProblems : findSqlProblems)(
          ['sql'],
          step.sql,
          sqlParameters,
        ),
        ...findDestinationProblems(step, definition, metadataTables),
      ];
    case 'load':
      return [
        ...findSourceProblems(step, definition),
        ...findDestinationProblems(step, definition, metadataTables),
      ];
    case 'quality':
      return [
        ...findDuplicateChecks(step.checks.map((check) => check.name)),
        ...step.checks.flatMap((check, index) =>
          check.type === 'sql' ? findPartSqlProblems(['checks', index, 'sql'], check.sql, sqlParameters) : [],
        ),
      ];
    case 'export':
      return [
        ...findSqlProblems(['sql'], step.sql ?? '', sqlParameters),
        ...findDestinationUriProblems(step.destination_uri, parameters).map((message) => ({
          path: ['destination_uri'],
          message,
        })),
      ];
    case 'http':
      return [
        ...findUrlQueryProblems(step, parameters),
        ...findDestinationProblems(step, definition, metadataTables),
      ];
    case 'notify':
      return [];
  }
}

/** Problems of a SQL text. An empty one stands for a file that could not be read. */
function findSqlProblems(
  path: readonly PropertyKey[],
  sql: string,
  parameters: Parameters,
): readonly DefinitionProblem[] {
  const unknown = findQueryParameters(sql)
    .filter(({ name }) => !Object.hasOwn(parameters, name))
    .map(({ name, offset }) => ({
      offset,
      message: `@${name} is not a parameter of the pipeline, expected ${listNames(parameters)}`,
    }));
  const refused = sql === '' ? [] : refuseText(sql);
  return [...unknown, ...refused].map(({ offset, message }) => ({ path, offset, message }));
}

/**
 * Problems of a SQL text that becomes part of a larger statement (checks, MERGE, watermarks). It must be one
 * query without a semicolon. A comment or quote that it leaves open would swallow the text after it, and turn
 * quoted text there into SQL.
 */
function findPartSqlProblems(
  path: readonly PropertyKey[],
  sql: string,
  parameters: Parameters,
): readonly DefinitionProblem[] {
  const semicolon = {
    path,
    offset: sql.trimEnd().length - 1,
    message: 'expected a query without a semicolon at its end',
  };
  const offset = findOpenEnd(sql);
  return [
    ...(/;\s*$/.test(sql) ? [semicolon] : []),
    ...(offset === undefined
      ? []
      : [{ path, offset, message: 'expected comments, texts and quoted names that end' }]),
    ...findSqlProblems(path, sql, parameters),
  ];
}

function findSourceProblems(
  { source_uris = [], source_uri_parameter: name }: LoadStep,
  { sources, parameters }: PipelineDefinition,
): readonly DefinitionProblem[] {
  // Here only the definition is judged; what the deployment allows is judged when a run reads.
  const reach = { tenantId: anyTenant, datasetId: '', sources, allowed: ['gs://*'] };
  const outside = source_uris.flatMap((uri, index) => {
    const placeholder = withTenant(uri, '').match(/\{[^}]*\}?/)?.[0];
    const message =
      placeholder === undefined
        ? judgeUri(reach, uri, 'definition')
        : `expected no placeholder but ${anyTenant}, given ${placeholder}`;
    return message === undefined ? [] : [{ path: ['source_uris', index], message }];
  });
  return name === undefined
    ? outside
    : [...outside, ...findSourceParameterProblems(name, sources, parameters)];
}

function findSourceParameterProblems(
  name: string,
  sources: readonly string[],
  parameters: Parameters,
): readonly DefinitionProblem[] {
  const path = ['source_uri_parameter'];
  const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (parameter?.type !== 'STRING' || !(parameter.required || parameter.default != null)) {
    const message = `expected a STRING parameter that is required or has a default, given '${name}'`;
    return [{ path, message }];
  }
  if (sources.some((source) => source.startsWith('gs://'))) return [];
  const message = 'expected files among the sources of the definition, like gs://bucket/prefix/ or gs://*';
  return [{ path, message }];
}

function findUrlQueryProblems({ query }: HttpStep, parameters: Parameters): readonly DefinitionProblem[] {
  return Object.entries(query).flatMap(([name, value]) => {
    if (typeof value !== 'object' || Object.hasOwn(parameters, value.parameter)) return [];
    const message = `'${value.parameter}' is not a parameter of the pipeline, expected ${listNames(parameters)}`;
    return [{ path: ['query', name, 'parameter'], message }];
  });
}

function findDuplicateChecks(names: readonly string[]): readonly DefinitionProblem[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [{ path: ['checks', index, 'name'], message: `check '${name}' is defined twice` }]
      : [],
  );
}

function listNames(parameters: Parameters): string {
  const names = Object.keys(parameters);
  return names.length === 0 ? 'none (the pipeline declares no parameters)' : `one of ${names.join(', ')}`;
}
