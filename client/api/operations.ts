// Made of schemas/openapi.json: `npm run schema` writes this file.

export type BackfillRequest = {
  readonly from: string;
  readonly to: string;
  readonly step?: 'day' | 'month';
  readonly parameter: string;
  readonly parameters?: { readonly [name: string]: unknown };
  readonly limit?: number;
  readonly watermark?: string | number;
  readonly record_watermark?: boolean;
  readonly reason?: string;
};
export type BulkCancel = {
  readonly tenant?: string;
  readonly tenants?: readonly string[];
  readonly tier?: string;
  readonly pipeline?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: 'QUEUED' | 'ADMITTED';
  readonly all?: true;
  readonly reason?: string;
  readonly dry_run?: boolean;
};
export type BulkCancelCount = {
  readonly dry_run: true;
  /** How many runs in flight match. */
  readonly runs: number;
  /** Of how many tenants they are. */
  readonly tenants: number;
  /** false: not all tenants could be looked at in time, and there may be more. */
  readonly is_complete: boolean;
};
export type BulkRerun = {
  readonly status?: 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly pipeline?: string;
  readonly from?: string;
  readonly to?: string;
  readonly all?: true;
  readonly rerun_from?: 'start' | 'failed_step';
  readonly limit?: number;
  readonly reason?: string;
};
export type Operation = {
  readonly operation_id: string;
  /** What is done: bulk-cancel, bulk-rerun or backfill. */
  readonly kind: string;
  /** The tenant that it is confined to. null: all tenants. */
  readonly tenant_id: string | null;
  /** waiting until it is begun; paused until it is resumed; done, failed or aborted at its end. */
  readonly state: 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'aborted';
  readonly started_by: {
    readonly kind: 'admin' | 'person' | 'key' | 'token';
    readonly id: string;
  };
  /** What it concerns. null lets all pass. */
  readonly filter: { readonly [name: string]: unknown };
  readonly reason: string | null;
  /** How many items it has, such as runs. null: they are still looked for. */
  readonly total: number | null;
  readonly done: number;
  /** Of which there was nothing to do any more, such as runs that had ended by themselves. */
  readonly skipped: number;
  readonly failed: number;
  /** Of the first ten items that failed, and why all of it failed or is paused. */
  readonly problems: readonly {
    readonly tenant_id: string | null;
    readonly item_id: string | null;
    readonly message: string;
  }[];
  /** UTC, RFC 3339. */
  readonly started_at: string;
  /** When it moved last. */
  readonly updated_at: string;
  readonly ended_at: string | null;
};
export type OperationList = {
  readonly operations: readonly {
    readonly operation_id: string;
    /** What is done: bulk-cancel, bulk-rerun or backfill. */
    readonly kind: string;
    /** The tenant that it is confined to. null: all tenants. */
    readonly tenant_id: string | null;
    /** waiting until it is begun; paused until it is resumed; done, failed or aborted at its end. */
    readonly state: 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'aborted';
    readonly started_by: {
      readonly kind: 'admin' | 'person' | 'key' | 'token';
      readonly id: string;
    };
    /** What it concerns. null lets all pass. */
    readonly filter: { readonly [name: string]: unknown };
    readonly reason: string | null;
    /** How many items it has, such as runs. null: they are still looked for. */
    readonly total: number | null;
    readonly done: number;
    /** Of which there was nothing to do any more, such as runs that had ended by themselves. */
    readonly skipped: number;
    readonly failed: number;
    /** Of the first ten items that failed, and why all of it failed or is paused. */
    readonly problems: readonly {
      readonly tenant_id: string | null;
      readonly item_id: string | null;
      readonly message: string;
    }[];
    /** UTC, RFC 3339. */
    readonly started_at: string;
    /** When it moved last. */
    readonly updated_at: string;
    readonly ended_at: string | null;
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export type TenantBulkCancel = {
  readonly pipeline?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: 'QUEUED' | 'ADMITTED';
  readonly all?: true;
  readonly reason?: string;
  readonly dry_run?: boolean;
};
export interface OperationsOperations {
  /** Cancels the runs in flight of all tenants that match a filter. */
  readonly bulkCancelRuns: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: BulkCancel;
    readonly answer: BulkCancelCount | Operation;
  };
  /** Cancels the runs in flight of a tenant that match a filter. */
  readonly bulkCancelTenantRuns: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: TenantBulkCancel;
    readonly answer: BulkCancelCount | Operation;
  };
  /** Does the runs of a tenant again that are over and match a filter. */
  readonly bulkRerunTenantRuns: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** With it a request can be repeated at will: it is the same operation. */
      readonly 'Idempotency-Key'?: string;
    };
    readonly body: BulkRerun;
    readonly answer: Operation;
  };
  /** Runs a pipeline once for each date of a period. */
  readonly startBackfill: {
    readonly path: {
      /** The first part of the pipeline’s name. */
      readonly provider: string;
      /** The second part of the pipeline’s name. */
      readonly domain: string;
      /** The third part of the pipeline’s name. */
      readonly pipeline: string;
    };
    readonly query: undefined;
    readonly headers: {
      /** With it a request can be repeated at will: it is the same operation. */
      readonly 'Idempotency-Key'?: string;
    };
    readonly body: BackfillRequest;
    readonly answer: Operation;
  };
  /** All operations, youngest first, page by page. */
  readonly listOperations: {
    readonly path: undefined;
    readonly query: {
      /** Operations in this state only. */
      readonly state?: 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'aborted';
      /** Operations of this kind only, such as bulk-cancel. */
      readonly kind?: string;
      /** Those that are confined to this tenant only. */
      readonly tenant?: string;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: OperationList;
  };
  /** An operation with its progress. */
  readonly showOperation: {
    readonly path: {
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
  /** Ends an operation. */
  readonly abortOperation: {
    readonly path: {
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
  /** An operation that is confined to a tenant, with its progress. */
  readonly showTenantOperation: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
  /** Ends an operation that is confined to a tenant. */
  readonly abortTenantOperation: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
  /** Pauses an operation. */
  readonly pauseOperation: {
    readonly path: {
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
  /** Pauses an operation that is confined to a tenant. */
  readonly pauseTenantOperation: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
  /** Has a paused operation go on. */
  readonly resumeOperation: {
    readonly path: {
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
  /** Has a paused operation of a tenant go on. */
  readonly resumeTenantOperation: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of an operation. */
      readonly operation_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Operation;
  };
}
