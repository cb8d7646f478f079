// Made of schemas/openapi.json: `npm run schema` writes this file.

export type AuditLog = {
  readonly entries: readonly {
    readonly audit_id: string;
    /** UTC, RFC 3339. */
    readonly occurred_at: string;
    /** The call’s X-Request-Id. */
    readonly request_id: string | null;
    readonly actor_kind: 'admin' | 'person' | 'key' | 'token' | 'schedule';
    /** An admin’s name, a person’s e-mail address, or the id of a key or a schedule. */
    readonly actor: string;
    /** The client’s. */
    readonly address: string | null;
    /** The name of the call in openapi.json. */
    readonly action: string;
    readonly tenant_id: string | null;
    /** The id of a key or a run. */
    readonly target: string | null;
    /** null: there was nothing. */
    readonly before: { readonly [name: string]: unknown } | null;
    /** null: there is nothing. */
    readonly after: { readonly [name: string]: unknown } | null;
  }[];
  /** The `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
};
export interface AuditOperations {
  /** Who has changed what, of all tenants, youngest first, page by page. */
  readonly listAuditLog: {
    readonly path: undefined;
    readonly query: {
      /** Of this tenant only. */
      readonly tenant?: string;
      /** From this time on. */
      readonly from?: string;
      /** Before this time. */
      readonly to?: string;
      /** Calls of this name only, such as `changeQuotas`. */
      readonly action?: string;
      /** Of this admin, person or key only. */
      readonly actor?: string;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: AuditLog;
  };
  /** Who has changed what of a tenant, youngest first, page by page. */
  readonly listTenantAuditLog: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: {
      /** From this time on. */
      readonly from?: string;
      /** Before this time. */
      readonly to?: string;
      /** Calls of this name only, such as `changeQuotas`. */
      readonly action?: string;
      /** Of this admin, person or key only. */
      readonly actor?: string;
      /** How many a page has at most. */
      readonly limit?: number;
      /** The `next_cursor` of the page before. */
      readonly cursor?: string;
    };
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: AuditLog;
  };
}
