// Made of schemas/openapi.json: `npm run schema` writes this file.

export type ApiKeyList = {
  readonly api_keys: readonly {
    readonly api_key_id: string;
    readonly name: string | null;
    /** UTC, RFC 3339. */
    readonly created_at: string;
    /** null: never. */
    readonly expires_at: string | null;
    /** onboard, admin, or the id of a key. */
    readonly created_by: string | null;
    readonly revoked_at: string | null;
  }[];
};
export type ApiKeyRequest = {
  readonly name?: string;
  readonly expires_at?: string;
};
export type NewApiKey = {
  /** Shown once, here. */
  readonly api_key: string;
  readonly api_key_id: string;
  readonly name: string | null;
  /** UTC, RFC 3339. */
  readonly created_at: string;
  /** null: never. */
  readonly expires_at: string | null;
};
export interface ApiKeysOperations {
  /** Makes a further key, shown once in the answer. */
  readonly makeApiKey: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: ApiKeyRequest | undefined;
    readonly answer: NewApiKey;
  };
  /** The tenant’s keys, oldest first, without the keys themselves. */
  readonly listApiKeys: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: ApiKeyList;
  };
  /** Revokes a key. */
  readonly revokeApiKey: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a key, as the list of keys has it. */
      readonly key_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: undefined;
  };
}
