// Made of schemas/openapi.json: `npm run schema` writes this file.

export type Catalogue = {
  readonly pipelines: readonly {
    /** provider/domain/pipeline */
    readonly pipeline: string;
    readonly description: string;
    /** From the start of its first step. */
    readonly timeout_seconds: number;
    readonly parameters: {
      readonly [name: string]: {
        readonly type: 'STRING' | 'INT64' | 'FLOAT64' | 'BOOL' | 'DATE' | 'TIMESTAMP' | 'NUMERIC';
        readonly description: string;
        readonly required?: boolean;
        readonly default?: string | number | boolean | null;
        readonly example?: string | number | boolean;
        readonly pattern?: string;
      };
    };
  }[];
};
export type Pipeline = {
  /** provider/domain/pipeline */
  readonly pipeline: string;
  readonly description: string;
  /** From the start of its first step. */
  readonly timeout_seconds: number;
  readonly parameters: {
    readonly [name: string]: {
      readonly type: 'STRING' | 'INT64' | 'FLOAT64' | 'BOOL' | 'DATE' | 'TIMESTAMP' | 'NUMERIC';
      readonly description: string;
      readonly required?: boolean;
      readonly default?: string | number | boolean | null;
      readonly example?: string | number | boolean;
      readonly pattern?: string;
    };
  };
  /** What a start does where there is no slot for it. */
  readonly at_limit: 'refuse' | 'queue' | 'cancel_oldest';
  /** How many runs with one value of a parameter may run at once. null: no such bound. */
  readonly concurrency: {
    readonly key: string;
    readonly limit: number;
  } | null;
  /** How much of the concurrent quota a run takes. */
  readonly slots: number;
  /** How long a run may wait in the queue. */
  readonly queue_ttl_seconds: number;
  /** The pipelines whose tables it reads. */
  readonly needs_pipeline: readonly string[];
  /** What each completed run hands on to the next. null: nothing. */
  readonly watermark: {
    readonly type: 'TIMESTAMP' | 'DATE' | 'INT64' | 'STRING';
    readonly initial: string | number;
    readonly sql: string;
  } | null;
  readonly steps: readonly {
    readonly id: string;
    readonly type: 'query' | 'load' | 'quality' | 'notify' | 'export' | 'http';
    /** The steps that must be done first. */
    readonly needs: readonly string[];
    /** null: that of the pipeline alone. */
    readonly timeout_seconds: number | null;
    readonly retry: {
      readonly max_attempts: number;
      readonly initial_backoff_seconds: number;
      readonly max_backoff_seconds: number;
      /** Error codes after which it is attempted again. */
      readonly retry_on: readonly string[];
    };
    /** Of query steps, and of exports of a query. */
    readonly sql: string | null;
    /** The table that a quality step checks, or an export step writes out. */
    readonly table: string | null;
    /** The table in the tenant’s dataset that it writes; of an export the URI of its files, of a notification its topic. */
    readonly destination: string | null;
    /** Of a table: what becomes of the rows that are there. */
    readonly write_disposition: string | null;
    /** The files that it loads, or the URL that it asks. */
    readonly source_uris: readonly string[];
    /** The parameter that names the file which it loads. */
    readonly source_uri_parameter: string | null;
    /** Of a quality step. */
    readonly checks: readonly {
      readonly name: string;
      readonly type: string;
      /** error: the run fails where the check does. */
      readonly severity: 'error' | 'warn';
    }[];
  }[];
};
export type PipelineStatistics = {
  /** UTC, RFC 3339. */
  readonly from: string;
  /** UTC, RFC 3339. */
  readonly to: string;
  /** By name; without those that have had no run. */
  readonly pipelines: readonly {
    readonly pipeline: string;
    /** Those that are over. */
    readonly runs: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
    /** Which part of those completed that were not cancelled, 0 to 1. null: there are none. */
    readonly success_rate: number | null;
    /** The median duration of those that completed, about. */
    readonly p50_ms: number | null;
    /** What 95 of 100 of them stay below, about. */
    readonly p95_ms: number | null;
    /** When the last one was admitted. */
    readonly last_run_at: string;
    /** When the last one that failed ended. */
    readonly last_failed_at: string | null;
  }[];
};
export interface PipelinesOperations {
  /** The pipelines that can be started, with their parameters. */
  readonly listPipelines: {
    readonly path: undefined;
    readonly query: {
      /** The id of the tenant that an admin means, who has to name one. A tenant can name no other than itself. */
      readonly tenant?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Catalogue;
  };
  /** How runs of each pipeline have ended, and how long they took. */
  readonly listPipelineStatistics: {
    readonly path: undefined;
    readonly query: {
      /** Runs that were admitted in so many days up to now. */
      readonly days?: number;
      /** The id of a tenant: of its runs only. A tenant can name no other. */
      readonly tenant?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: PipelineStatistics;
  };
  /** What a pipeline does, step by step. */
  readonly showPipeline: {
    readonly path: {
      /** The first part of the pipeline’s name. */
      readonly provider: string;
      /** The second part of the pipeline’s name. */
      readonly domain: string;
      /** The third part of the pipeline’s name. */
      readonly pipeline: string;
    };
    readonly query: {
      /** Changes nothing: an admin need name none here. */
      readonly tenant?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Pipeline;
  };
}
