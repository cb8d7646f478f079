import { z } from 'zod';
import type { PipelineDefinition, Step } from '../../definitions/schemas/pipeline-schema';
import { definitionHash } from '../../pipelines/rules/definition-hash';
import { fillDestinationUri } from '../../pipelines/rules/destination-uri';
import { findFinalSteps } from '../../pipelines/rules/final-tables';
import { type PipelineParameterValues, parseParameters } from '../../pipelines/rules/pipeline-parameters';
import { toTable } from '../../pipelines/steps/destination-table';
import type { RecordedRun } from '../../sql/runs/read-run';
import { parseInstructions } from '../rules/run-instructions';

interface Made {
  /** Its place among all that the definition's steps make, from 1: the same whatever has been made so far. */
  readonly n: number;
  readonly stepId: string;
  /** Whether no later step of the run makes another table of it. */
  readonly isFinal: boolean;
  readonly rowsWritten: number | null;
  /**
   * When the last step of the run that writes there was done, by BigQuery's clock. Undefined: an earlier run has
   * done it, which this one goes on after.
   */
  readonly madeAt: Date | undefined;
  /** The earlier run that has made it, where this one left the step out. */
  readonly reusedFrom: string | undefined;
  /** Whether the step is another than it was: then the run may have written elsewhere. */
  readonly isOfOtherDefinition: boolean;
}

/** A table that a step of a run wrote to. */
export interface MadeTable extends Made {
  readonly kind: 'table';
  readonly table: string;
  /** The partition that was written to, if it was only one. */
  readonly partitionId: string | undefined;
  readonly writeDisposition: string;
}

/** Files that a step of a run wrote. */
export interface MadeFiles extends Made {
  readonly kind: 'files';
  readonly uri: string;
  readonly format: string;
}

export type MadeResult = MadeTable | MadeFiles;

/** What of a run tells what it has made. */
export type RunOnRecord = Pick<RecordedRun, 'run_id' | 'attempts' | 'parameters' | 'instructions'>;

/**
 * What a run has made so far: what the steps that have completed write, by the definition as it is now. A step
 * that the definition has no longer is left out.
 */
export function findMadeResults(
  tenantId: string,
  run: RunOnRecord,
  definition: PipelineDefinition,
): readonly MadeResult[] {
  const parameters = parametersOfRun(run, definition);
  const final = findFinalSteps(definition.steps);
  const done = doneSteps(run);
  const makers = definition.steps.filter((step) => placeOf(step) !== undefined);
  return makers.flatMap((step, index): readonly MadeResult[] => {
    const made = done.get(step.id);
    if (made === undefined) return [];
    const common = {
      n: index + 1,
      stepId: step.id,
      isFinal: step.type === 'export' || final.has(step.id),
      rowsWritten: made.rowsWritten,
      reusedFrom: made.reusedFrom,
      isOfOtherDefinition: made.hash !== null && made.hash !== definitionHash(step, definition),
      madeAt: lastWrite(makers, step, done),
    };
    if (step.type === 'export') {
      const runId = made.reusedFrom ?? run.run_id;
      const filled = fillDestinationUri(step.destination_uri, { tenantId, runId, parameters });
      return 'problem' in filled ? [] : [{ ...common, kind: 'files', uri: filled.uri, format: step.format }];
    }
    const { destination } = 'destination' in step ? step : { destination: undefined };
    if (destination === undefined) return [];
    const { write_disposition, ...table } = destination;
    const partition = 'partition' in table ? table.partition : undefined;
    const { partitionId } = toTable(
      { parameters },
      { ...table, partition, write_disposition: 'WRITE_TRUNCATE' },
    );
    return [
      { ...common, kind: 'table', table: table.table, partitionId, writeDisposition: write_disposition },
    ];
  });
}

/** The steps on record that the definition has no longer: what they made is not known. */
export const unknownSteps = (
  { attempts }: Pick<RecordedRun, 'attempts'>,
  { steps }: PipelineDefinition,
): readonly string[] => {
  const known = new Set(steps.map(({ id }) => id));
  return [...new Set(attempts.map(({ step_id }) => step_id))].filter(
    (id) => !known.has(id) && !id.startsWith('watermark-'),
  );
};

/** Where a step writes to; undefined if it writes nowhere. */
function placeOf(step: Step): string | undefined {
  if (step.type === 'export') return step.destination_uri;
  return 'destination' in step ? step.destination?.table.toLowerCase() : undefined;
}

interface DoneStep {
  readonly rowsWritten: number | null;
  readonly endedAt: Date | undefined;
  readonly reusedFrom: string | undefined;
  /** What the step was then, by definition-hash.ts. null: that was not kept yet. */
  readonly hash: string | null;
}

/** The steps that are done, by their ids: by this run, or by an earlier one that it goes on after. */
function doneSteps(run: RunOnRecord): ReadonlyMap<string, DoneStep> {
  const done = new Map<string, DoneStep>();
  const reused = parseInstructions(run.instructions).resume?.steps ?? {};
  for (const [id, { run_id, hash, rows_written }] of Object.entries(reused)) {
    done.set(id, { rowsWritten: rows_written, endedAt: undefined, reusedFrom: run_id, hash });
  }
  for (const { step_id, status, rows_written, ended_at, definition_hash } of run.attempts) {
    if (status !== 'COMPLETED') continue;
    const own = {
      rowsWritten: rows_written,
      endedAt: ended_at,
      reusedFrom: undefined,
      hash: definition_hash,
    };
    done.set(step_id, own);
  }
  return done;
}

function lastWrite(
  makers: readonly Step[],
  step: Step,
  done: ReadonlyMap<string, DoneStep>,
): Date | undefined {
  const place = placeOf(step);
  const times = makers.flatMap((maker) =>
    placeOf(maker) === place ? (done.get(maker.id)?.endedAt?.getTime() ?? []) : [],
  );
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

const parametersSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** As the worker takes them: those that the definition has, with its defaults. */
function parametersOfRun(
  run: Pick<RecordedRun, 'parameters'>,
  { parameters }: PipelineDefinition,
): PipelineParameterValues {
  const given = run.parameters === null ? {} : parametersSchema.parse(JSON.parse(run.parameters));
  const known = Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(parameters, name)));
  const parsed = parseParameters(parameters, known);
  return parsed.ok ? parsed.values : given;
}
