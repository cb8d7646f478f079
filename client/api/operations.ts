// Made of schemas/openapi.json: `npm run schema` writes this file.

export type BulkCancel = {
  readonly tenant?: string;
  readonly tenants?: readonly string[];
  readonly tier?: string;
  readonly pipeline?: string;
  readonly from?: string;
  readonly to?: string;
  readonly status?: 'ADMITTED';
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
export type Operation = {
  readonly operation_id: string;
  /** What is done: bulk-cancel. */
  readonly kind: string;
  /** The tenant that it is confined to. null: all tenants. */
  readonly tenant_id: string | null;
  /** waiting until it is begun; done, failed or aborted at its end. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'aborted';
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
  /** Of the first ten items that failed, or why all of it failed. */
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
    /** What is done: bulk-cancel. */
    readonly kind: string;
    /** The tenant that it is confined to. null: all tenants. */
    readonly tenant_id: string | null;
    /** waiting until it is begun; done, failed or aborted at its end. */
    readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'aborted';
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
    /** Of the first ten items that failed, or why all of it failed. */
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
  readonly status?: 'ADMITTED';
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
  /** All operations, youngest first, page by page. */
  readonly listOperations: {
    readonly path: undefined;
    readonly query: {
      /** Operations in this state only. */
      readonly state?: 'waiting' | 'running' | 'done' | 'failed' | 'aborted';
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
}
