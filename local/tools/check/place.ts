import type { Field, SqlEngine, TableReference } from 'local-bigquery/engine';
import type { PipelineDefinition, Step } from '../../../shared/definitions/schemas/pipeline-schema';
import type { Catalog } from './catalog';

export interface Surroundings {
  readonly engine: SqlEngine;
  readonly catalog: Catalog;
  readonly projectId: string;
  /** What the deployment allows. */
  readonly allowedSources: readonly string[];
  /** The tables that every tenant has. */
  readonly metadataTables: ReadonlyMap<string, readonly Field[]>;
  /** Where the columns of a source's table would be found. */
  readonly sourceFileOf: (table: TableReference) => string;
}

/** Where in a pipeline a text is analysed. */
export interface Place {
  readonly definition: PipelineDefinition;
  /** Absent: after all steps. */
  readonly stepId?: string;
  /** The tenant's dataset as this place meets it: one of its own, so that no table is there of steps that it does not need. */
  readonly datasetId: string;
  /** Its tables; undefined: their columns are not known. */
  readonly tables: ReadonlyMap<string, readonly Field[] | undefined>;
}

/** Where a step puts what it makes, if it makes a table. */
export const destinationOf = (step: Step) => ('destination' in step ? step.destination : undefined);
