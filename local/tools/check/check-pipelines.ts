import type { DefinitionProblem } from '../../../shared/definitions/definition-problems';
import type { Inspection } from '../../../shared/definitions/inspect-pipeline';
import { findReady } from '../../../shared/pipelines/rules/dag';
import { analysePipeline, type KnownTables } from './analyse-pipeline';
import { type AnalysisContext, destinationOf } from './analysis-context';

/** A pipeline's definition as it was read. */
export interface InspectedPipeline extends Inspection {
  readonly path: string;
}

export interface Findings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Analyses all pipelines, each after those that it needs. The findings are in the order of the pipelines. */
export async function checkPipelines(
  pipelines: readonly InspectedPipeline[],
  context: Omit<AnalysisContext, 'makersOf'>,
): Promise<Findings> {
  const known = new Map<string, KnownTables>();
  const found = new Map<string, readonly DefinitionProblem[]>();
  const whole = { ...context, makersOf: (table: string) => makersOf(pipelines, table) };
  for (const { path, definition, unread } of inOrderOfNeeds(pipelines)) {
    if (definition === undefined) continue;
    const given = new Map((definition.needs_pipeline ?? []).flatMap((need) => [...(known.get(need) ?? [])]));
    const { problems, tables } = await analysePipeline(definition, unread, whole, given);
    known.set(path, tables);
    found.set(path, problems);
  }
  const findings = pipelines.map((pipeline) => {
    const all = [...(found.get(pipeline.path) ?? []), ...findNeedProblems(pipeline, pipelines)];
    return {
      problems: [...pipeline.problems, ...all.filter(isProblem).map(pipeline.describe)].sort(byPosition),
      warnings: all
        .filter((each) => !isProblem(each))
        .map(pipeline.describe)
        .sort(byPosition),
    };
  });
  return {
    problems: findings.flatMap(({ problems }) => problems),
    warnings: findings.flatMap(({ warnings }) => warnings),
  };
}

const isProblem = ({ isWarning }: DefinitionProblem): boolean => isWarning !== true;

const makersOf = (pipelines: readonly InspectedPipeline[], table: string): readonly string[] =>
  pipelines.flatMap(({ path, definition }) =>
    definition?.steps.some((step) => destinationOf(step)?.table === table) ? [path] : [],
  );

/** The pipeline with this path and those that it needs, directly or through others. */
export const withNeeds = (
  only: string,
  pipelines: readonly InspectedPipeline[],
): readonly InspectedPipeline[] =>
  pipelines.filter(({ path }) => path === only || reaches(only, path, pipelines));

/** Those that need each other come last. */
function inOrderOfNeeds(pipelines: readonly InspectedPipeline[]): readonly InspectedPipeline[] {
  const paths = new Set(pipelines.map(({ path }) => path));
  const nodes = pipelines.map((pipeline) => ({
    id: pipeline.path,
    needs: (pipeline.definition?.needs_pipeline ?? []).filter((need) => paths.has(need)),
    pipeline,
  }));
  const done = new Set<string>();
  const ordered: InspectedPipeline[] = [];
  for (let ready = findReady(nodes, done, done); ready.length > 0; ready = findReady(nodes, done, done)) {
    for (const { id, pipeline } of ready) {
      done.add(id);
      ordered.push(pipeline);
    }
  }
  return [...ordered, ...pipelines.filter(({ path }) => !done.has(path))];
}

function findNeedProblems(
  { path, definition }: InspectedPipeline,
  pipelines: readonly InspectedPipeline[],
): readonly DefinitionProblem[] {
  return (definition?.needs_pipeline ?? []).flatMap((need): readonly DefinitionProblem[] => {
    const at = (message: string) => [{ path: ['needs_pipeline'], message }];
    if (!pipelines.some((each) => each.path === need)) {
      const others = pipelines.map((each) => each.path).filter((each) => each !== path);
      return at(`there is no pipeline ${need}, expected one of ${others.join(', ')}`);
    }
    return reaches(need, path, pipelines) ? at(`${path} and ${need} need each other`) : [];
  });
}

/** Whether a pipeline needs another one, directly or through others. */
function reaches(from: string, to: string, pipelines: readonly InspectedPipeline[]): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === to) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(pipelines.find(({ path }) => path === next)?.definition?.needs_pipeline ?? []));
  }
  return false;
}

/** Which pipelines need which, as a Mermaid flowchart: an arrow leads from the needed to those that need it. */
export function graphOf(pipelines: readonly Pick<InspectedPipeline, 'path' | 'definition'>[]): string {
  const idOf = (path: string) => path.replace(/\//g, '.');
  const nodes = pipelines.map(({ path }) => `  ${idOf(path)}["${path}"]`);
  const edges = pipelines.flatMap(({ path, definition }) =>
    (definition?.needs_pipeline ?? []).map((need) => `  ${idOf(need)} --> ${idOf(path)}`),
  );
  return ['flowchart LR', ...nodes, ...edges].join('\n');
}

/** Orders by file, line and column; what has no position comes first. */
function byPosition(one: string, other: string): number {
  const [file, line, column] = positionOf(one);
  const [otherFile, otherLine, otherColumn] = positionOf(other);
  if (file !== otherFile) return file < otherFile ? -1 : 1;
  return line - otherLine || column - otherColumn;
}

function positionOf(problem: string): readonly [string, number, number] {
  const [, file = '', line = 0, column = 0] = /^(.*?):(\d+):(\d+) /.exec(problem) ?? [];
  return [file, Number(line), Number(column)];
}
