// Made of schemas/openapi.json: `npm run schema` writes this file.

export type ResultList = {
  readonly run_id: string;
  readonly tenant_id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly results: readonly {
    /** Its number among what the pipeline makes, from 1. */
    readonly n: number;
    readonly step_id: string;
    readonly kind: 'table' | 'files';
    /** The table in the tenant’s dataset, or the URI of the files. */
    readonly name: string;
    /** The partition that was written to, such as 20260131; null: all. */
    readonly partition: string | null;
    /** Of a table. With WRITE_APPEND and MERGE it has rows of other runs, too. */
    readonly write_disposition: string | null;
    /** Of files. */
    readonly format: string | null;
    /** false: the run itself has made another table of it. */
    readonly is_final: boolean;
    /** When the run had last written to it. null: an earlier run has. */
    readonly made_at: string | null;
    /** The earlier run that has made it, where this one goes on after that and has left the step out. */
    readonly reused_from: string | null;
    /** Whether the step is another than it was: then the run may have written elsewhere. */
    readonly definition_changed: boolean;
    readonly rows_written: number | null;
    /** null: it cannot be looked at. */
    readonly exists: boolean | null;
    /** Of the whole table, as it is now. */
    readonly rows: number | null;
    readonly bytes: number | null;
    /** How many there are, of 1,000 at most. */
    readonly files: number | null;
    /** false: only the first 1,000 files that begin like these were looked at, and the figures are of those. null: it is not there, or cannot be looked at. */
    readonly is_complete: boolean | null;
    readonly last_modified_at: string | null;
    /** Whether it was written to after the run had: then what is there is not what the run has made. null: not known. */
    readonly changed_since: boolean | null;
  }[];
  /** Steps of the run that the pipeline has no longer: what they made is not known. */
  readonly unknown_steps: readonly string[];
};
export type ResultPage = {
  readonly run_id: string;
  /** Its number among what the pipeline makes, from 1. */
  readonly n: number;
  readonly step_id: string;
  readonly kind: 'table' | 'files';
  /** The table in the tenant’s dataset, or the URI of the files. */
  readonly name: string;
  /** The partition that was written to, such as 20260131; null: all. */
  readonly partition: string | null;
  /** Of a table. With WRITE_APPEND and MERGE it has rows of other runs, too. */
  readonly write_disposition: string | null;
  /** Of files. */
  readonly format: string | null;
  /** false: the run itself has made another table of it. */
  readonly is_final: boolean;
  /** When the run had last written to it. null: an earlier run has. */
  readonly made_at: string | null;
  /** The earlier run that has made it, where this one goes on after that and has left the step out. */
  readonly reused_from: string | null;
  /** Whether the step is another than it was: then the run may have written elsewhere. */
  readonly definition_changed: boolean;
  /** Whether it was written to after the run had: then what is there is not what the run has made. null: not known. */
  readonly changed_since: boolean | null;
  /** UTC, RFC 3339. */
  readonly last_modified_at: string;
  /** Of a table. */
  readonly columns:
    | readonly {
        readonly name: string;
        /** As BigQuery’s REST interface names it, such as INTEGER. */
        readonly type: string;
        /** NULLABLE, REQUIRED or REPEATED. */
        readonly mode: string;
        /** Of a RECORD. */
        readonly fields: readonly unknown[] | null;
      }[]
    | null;
  /** Of a table, by the names of its columns. */
  readonly rows: readonly { readonly [name: string]: unknown }[] | null;
  /** Of the table, or of its partition. */
  readonly total_rows: number | null;
  readonly files:
    | readonly {
        readonly uri: string;
        readonly bytes: number;
        /** UTC, RFC 3339. */
        readonly updated_at: string;
        /** null: this deployment cannot sign URLs. */
        readonly url: string | null;
        readonly expires_at: string | null;
      }[]
    | null;
  /** false: there are more files than the first 1,000, of which no page tells. Of a table true. */
  readonly is_complete: boolean;
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export interface ResultsOperations {
  /** The tables and files that a run has made. */
  readonly listResults: {
    readonly path: {
      /** The id of a run. */
      readonly run_id: string;
    };
    readonly query: {
      /** The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself. */
      readonly tenant?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: ResultList;
  };
  /** Rows of a table that a run has made, or URLs of its files, page by page. */
  readonly showResult: {
    readonly path: {
      /** The id of a run. */
      readonly run_id: string;
      /**  */
      readonly n: string;
    };
    readonly query: {
      /** The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself. */
      readonly tenant?: string;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: ResultPage;
  };
}
