import type { Field, SqlEngine, TableReference, TableSnapshot, TableStore } from 'local-bigquery/engine';
import { BigQueryError } from 'local-bigquery/engine';
import type { LoadStep, PipelineDefinition, Step } from '../../../shared/definitions/schemas/pipeline-schema';

/** What the analysis of all pipelines shares. */
export interface AnalysisContext {
  readonly engine: SqlEngine;
  readonly catalog: Catalog;
  readonly projectId: string;
  /** What the deployment allows. */
  readonly allowedSources: readonly string[];
  /** The tables that every tenant has. */
  readonly metadataTables: ReadonlyMap<string, readonly Field[]>;
  /** The paths of the pipelines that make a table of this name. */
  readonly makersOf: (table: string) => readonly string[];
  /** The columns of a load step's sample of Parquet. Throws a BigQueryError for what is none. */
  readonly columnsOfSample: (definition: PipelineDefinition, step: LoadStep) => Promise<readonly Field[]>;
  /** The file that would tell the columns of a source's table. */
  readonly sourceFileOf: (table: TableReference) => string;
}

/** Where in a pipeline a SQL text is analysed. */
export interface StepPlace {
  readonly definition: PipelineDefinition;
  /** Absent: after all steps. */
  readonly stepId?: string;
  /**
   * Stands for the tenant's dataset. Each place has its own, without the tables of steps that it does not
   * need.
   */
  readonly datasetId: string;
  /** The dataset's tables; undefined where the columns are not known. */
  readonly tables: ReadonlyMap<string, readonly Field[] | undefined>;
}

/** Where a step puts what it makes, if it makes a table. */
export const destinationOf = (step: Step) => ('destination' in step ? step.destination : undefined);

/** Tables without rows, for the analysis of SQL. */
export interface Catalog {
  readonly store: TableStore;
  readonly add: (reference: TableReference, schema: readonly Field[]) => void;
}

const keyOf = ({ projectId, datasetId, tableId }: TableReference) => `${projectId}.${datasetId}.${tableId}`;

export function createCatalog(): Catalog {
  const tables = new Map<string, TableSnapshot>();
  return {
    add: (reference, schema) => tables.set(keyOf(reference), { reference, schema, rows: [] }),
    store: {
      read: (reference) => tables.get(keyOf(reference)),
      // So that a missing table is reported by its whole name.
      hasDataset: () => true,
      tablesOf: () => [],
      mutate: async () => {
        throw new BigQueryError('notImplemented', 'Definitions are analysed only.');
      },
    },
  };
}
