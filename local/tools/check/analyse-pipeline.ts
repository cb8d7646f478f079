import type { Field } from 'local-bigquery/engine';
import { BigQueryError, checkTextRules, fieldsOfRest } from 'local-bigquery/engine';
import type { DefinitionProblem } from '../../../shared/definitions/definition-problems';
import type {
  HttpStep,
  LoadStep,
  PipelineDefinition,
  QualityStep,
  Step,
} from '../../../shared/definitions/schemas/pipeline-schema';
import { refuseText } from '../../../shared/definitions/sql/text-reads';
import { findAncestors, findReady } from '../../../shared/pipelines/rules/dag';
import { sqlParametersOf, toQueryParameters } from '../../../shared/pipelines/rules/pipeline-parameters';
import { anyTenant, judgeUri } from '../../../shared/pipelines/rules/run-sources';
import { composeQualityQuery } from '../../../shared/pipelines/steps/quality/quality-query';
import { type Analysis, analyseText, type TextProblem } from './analyse-text';
import { type AnalysisContext, destinationOf, type StepPlace } from './analysis-context';
import { describeMissing, findColumnProblems, findLayoutProblems } from './table-problems';

/**
 * What is wrong with the SQL and the columns of a pipeline. GoogleSQL analyses each text against the tenant's
 * metadata tables, the tables of the pipelines that this one needs (`given`) and those of the steps before it.
 * Steps that could not be read (`unread`) are passed over.
 */
export async function analysePipeline(
  definition: PipelineDefinition,
  unread: ReadonlySet<number>,
  context: AnalysisContext,
  given: KnownTables = new Map(),
): Promise<AnalysedPipeline> {
  const problems: DefinitionProblem[] = [];
  const made = new Map<string, readonly Field[] | undefined>();
  for (const { step, index } of inOrder(definition.steps)) {
    const needed = findAncestors(definition.steps, step.id);
    const place = placeAfter(needed, { definition, stepId: step.id, given }, made, context);
    if (unread.has(index)) continue;
    const analysed = await analyseStep(step, place, context);
    made.set(step.id, analysed.schema);
    problems.push(...analysed.problems.map((problem) => under(['steps', index], problem)));
  }
  const all = new Set(definition.steps.map(({ id }) => id));
  const end = placeAfter(all, { definition, given }, made, context);
  const tables = definition.steps.flatMap((step) => destinationOf(step)?.table ?? []);
  return {
    problems: [...problems, ...(await analyseWatermark(end, context))],
    tables: new Map(tables.map((table) => [table, end.tables.get(table)])),
  };
}

/** Tables by name; undefined where their columns are not known. */
export type KnownTables = ReadonlyMap<string, readonly Field[] | undefined>;

interface AnalysedPipeline {
  readonly problems: readonly DefinitionProblem[];
  /** The tables that it makes, as they are at its end. */
  readonly tables: KnownTables;
}

const under = (path: readonly PropertyKey[], problem: DefinitionProblem): DefinitionProblem => ({
  ...problem,
  path: [...path, ...problem.path],
});

/** A place whose dataset has the metadata tables and the tables that these steps make. */
function placeAfter(
  steps: ReadonlySet<string>,
  { given, ...place }: Pick<StepPlace, 'definition' | 'stepId'> & { readonly given: KnownTables },
  made: ReadonlyMap<string, readonly Field[] | undefined>,
  { metadataTables, catalog, projectId }: AnalysisContext,
): StepPlace {
  const { definition, stepId = '' } = place;
  const tables = new Map<string, readonly Field[] | undefined>([...given, ...metadataTables]);
  for (const step of definition.steps) {
    const table = destinationOf(step)?.table;
    if (table !== undefined && steps.has(step.id)) tables.set(table, made.get(step.id));
  }
  const datasetId = `${definition.path.replace(/\//g, '_')}__${stepId}`;
  for (const [tableId, schema] of tables) {
    if (schema) catalog.add({ projectId, datasetId, tableId }, schema);
  }
  return { ...place, datasetId, tables };
}

interface StepAnalysis {
  /** The columns of the table that the step makes. */
  readonly schema?: readonly Field[] | undefined;
  readonly problems: readonly DefinitionProblem[];
}

async function analyseStep(step: Step, place: StepPlace, context: AnalysisContext): Promise<StepAnalysis> {
  if (step.type === 'quality') return { problems: await analyseChecks(step, place, context) };
  if (step.type === 'export' && step.table !== undefined) {
    const { problems } = await analyse(place, `SELECT * FROM \`${step.table}\``, context);
    return { problems: problems.map(({ message, isWarning }) => ({ path: ['table'], message, isWarning })) };
  }
  if (step.type === 'load') return await analyseLoad(step, place, context);
  const text = 'sql' in step ? step.sql : undefined;
  const { schema, problems } =
    text === undefined ? { schema: fieldsOf(step), problems: [] } : await analyse(place, text, context);
  const destination = destinationOf(step);
  return {
    schema,
    problems: [
      ...problems.map((problem) => ({ path: ['sql'], ...problem })),
      ...(schema && destination ? findLayoutProblems(destination, schema) : []),
      ...(step.type === 'http' ? findFormatProblems(step) : []),
    ],
  };
}

async function analyseLoad(
  step: LoadStep,
  { definition }: StepPlace,
  context: AnalysisContext,
): Promise<StepAnalysis> {
  const found = [...findForbiddenFiles(step, context), ...findFormatProblems(step)];
  try {
    const isSampled = step.schema === undefined && step.sample_file !== undefined;
    const schema = isSampled ? await context.columnsOfSample(definition, step) : fieldsOf(step);
    return { schema, problems: [...found, ...(schema ? findLayoutProblems(step.destination, schema) : [])] };
  } catch (error) {
    if (!(error instanceof BigQueryError)) throw error;
    return { problems: [...found, { path: ['sample_file'], message: error.message }] };
  }
}

/** Formats of dates and times that BigQuery would not take, by the local BigQuery's rules. */
const findFormatProblems = (step: LoadStep | HttpStep): readonly DefinitionProblem[] =>
  checkTextRules({
    timeZone: step.time_zone,
    dateFormat: step.date_format,
    datetimeFormat: step.datetime_format,
    timeFormat: step.time_format,
    timestampFormat: step.timestamp_format,
  }).map(([rule, message]) => ({
    path: [rule.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)],
    message,
  }));

/**
 * Files that the deployment does not allow. (Whether the definition's own sources cover them is checked with
 * its form.)
 */
const findForbiddenFiles = ({ source_uris = [] }: LoadStep, { allowedSources }: AnalysisContext) =>
  source_uris.flatMap((uri, index): readonly DefinitionProblem[] => {
    const reach = { tenantId: anyTenant, datasetId: '', sources: ['gs://*'], allowed: allowedSources };
    const message = judgeUri(reach, uri, 'definition');
    return message === undefined ? [] : [{ path: ['source_uris', index], message }];
  });

async function analyseWatermark(
  place: StepPlace,
  context: AnalysisContext,
): Promise<readonly DefinitionProblem[]> {
  const { watermark } = place.definition;
  if (watermark === undefined) return [];
  const path = ['watermark', 'sql'];
  const { schema, problems } = await analyse(place, watermark.sql, context);
  if (schema === undefined || schema.length === 1) return problems.map((problem) => ({ path, ...problem }));
  return [{ path, message: `It has ${schema.length} columns, expected one` }];
}

async function analyse(
  place: StepPlace,
  sql: string,
  context: AnalysisContext,
  more: Parameters<typeof analyseText>[1]['parameters'] = [],
): Promise<Analysis> {
  const { definition, datasetId } = place;
  const { projectId, allowedSources, engine } = context;
  // What the text itself says is told with the definition's form.
  if (refuseText(sql).length > 0) return { problems: [] };
  const reach = { tenantId: datasetId, datasetId, sources: definition.sources, allowed: allowedSources };
  const parameters = [...toQueryParameters(sqlParametersOf(definition), {}), ...more];
  const { schema, problems } = await analyseText(engine, { sql, parameters, projectId, reach });
  const step = definition.steps.find(({ id }) => id === place.stepId);
  const isLet = step !== undefined && 'check' in step && step.check === 'syntax_only';
  const told = problems.flatMap((problem): readonly TextProblem[] => {
    if (problem.isGap) return [toldGap(problem, isLet)];
    if (problem.missing === undefined) return [problem];
    const told = describeMissing(problem.missing, place, reach, context);
    return told === undefined ? [] : [{ offset: problem.offset, ...told }];
  });
  return { ...(schema && { schema }), problems: told };
}

/** What cannot be tried here deploys only where the step says so. */
const toldGap = (problem: TextProblem, isLet: boolean): TextProblem =>
  isLet
    ? { ...problem, isWarning: true }
    : {
        ...problem,
        message: `${problem.message}. To deploy it all the same, say check: syntax_only on the step`,
      };

/**
 * Analyses each check by itself, so that every wrong one is reported; then the statement made of all of them.
 */
async function analyseChecks(
  step: QualityStep,
  place: StepPlace,
  context: AnalysisContext,
): Promise<readonly DefinitionProblem[]> {
  const problems: DefinitionProblem[] = [];
  for (const [index, check] of step.checks.entries()) {
    if (check.type !== 'sql') continue;
    const found = await analyse(place, check.sql, context);
    problems.push(...found.problems.map((problem) => ({ path: ['checks', index, 'sql'], ...problem })));
  }
  const columns = place.tables.get(step.table);
  if (columns === undefined) {
    const table = { projectId: context.projectId, datasetId: place.datasetId, tableId: step.table };
    const reach = { tenantId: '', datasetId: place.datasetId, sources: [], allowed: [] };
    const told = describeMissing(table, place, reach, context);
    return told === undefined ? problems : [...problems, { path: ['table'], ...told }];
  }
  problems.push(...findColumnProblems(step, columns));
  if (problems.length > 0) return problems;
  const { sql, parameters } = composeQualityQuery(step);
  const composed = await analyse(place, sql, context, parameters);
  return composed.problems.map(({ message, isWarning }) => ({ path: ['checks'], message, isWarning }));
}

/** The columns that a step's definition gives its table. */
const fieldsOf = (step: Step): readonly Field[] | undefined =>
  'schema' in step && step.schema ? fieldsOfRest({ fields: step.schema }) : undefined;

/** Each step after those that it needs; steps that need each other are left out. */
function inOrder(steps: readonly Step[]): readonly { readonly step: Step; readonly index: number }[] {
  const done = new Set<string>();
  const ordered: { step: Step; index: number }[] = [];
  for (let ready = findReady(steps, done, done); ready.length > 0; ready = findReady(steps, done, done)) {
    for (const step of ready) {
      done.add(step.id);
      ordered.push({ step, index: steps.indexOf(step) });
    }
  }
  return ordered;
}
