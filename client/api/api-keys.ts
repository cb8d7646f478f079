// Made of schemas/openapi.json: `npm run schema` writes this file.

export type ApiKeyList = {
  readonly api_keys: readonly {
    readonly api_key_id: string;
    /** Its last four characters. null: it was made before these were kept. */
    readonly last_four: string | null;
    readonly name: string | null;
    /** What it may do. */
    readonly scopes: readonly ('run' | 'read' | 'results' | 'manage')[];
    /** What it may start: provider/domain/pipeline or provider/domain/*. None: all pipelines. */
    readonly pipelines: readonly string[];
    /** UTC, RFC 3339. */
    readonly created_at: string;
    /** null: never. */
    readonly expires_at: string | null;
    /** onboard, admin, or the id of a key. */
    readonly created_by: string | null;
    /** The hour of its last use. null: none was noted. */
    readonly last_used_at: string | null;
    readonly revoked_at: string | null;
    /** The id of the key in whose place a rotation has made it. null: of none, or it was not kept yet. */
    readonly replaces: string | null;
    /** The id of the key that a rotation has made in its place last. */
    readonly replaced_by: string | null;
  }[];
};
export type ApiKeyRequest = {
  readonly name?: string;
  readonly scopes?: readonly ('run' | 'read' | 'results' | 'manage')[] | 'full' | 'operate' | 'observe';
  readonly pipelines?: readonly string[];
  readonly expires_at?: string;
};
/** Who the caller is. */
export type Identity =
  | {
      readonly kind: 'admin';
      /** Of a key its name, of a person the e-mail address. null: admin calls are open here. */
      readonly name: string | null;
      /** false: a viewer, who may only read. */
      readonly may_change: boolean;
    }
  | {
      readonly kind: 'tenant';
      readonly tenant_id: string;
      /** The id of the key; of a token, that of the key that made it. */
      readonly key_id: string;
      readonly scopes: readonly ('run' | 'read' | 'results' | 'manage')[];
      /** Which pipelines it is for, as patterns. Empty: all. */
      readonly pipelines: readonly string[];
      /** The only run that a token is for. null: all of the tenant’s. */
      readonly run_id: string | null;
      /** null: never. */
      readonly expires_at: string | null;
    };
export type NewApiKey = {
  /** Shown once, here. */
  readonly api_key: string;
  readonly api_key_id: string;
  /** Its last four characters. null: it was made before these were kept. */
  readonly last_four: string | null;
  readonly name: string | null;
  /** What it may do. */
  readonly scopes: readonly ('run' | 'read' | 'results' | 'manage')[];
  /** What it may start: provider/domain/pipeline or provider/domain/*. None: all pipelines. */
  readonly pipelines: readonly string[];
  /** UTC, RFC 3339. */
  readonly created_at: string;
  /** null: never. */
  readonly expires_at: string | null;
};
export type RotatedApiKey = {
  /** Shown once, here. */
  readonly api_key: string;
  readonly api_key_id: string;
  /** Its last four characters. null: it was made before these were kept. */
  readonly last_four: string | null;
  readonly name: string | null;
  /** What it may do. */
  readonly scopes: readonly ('run' | 'read' | 'results' | 'manage')[];
  /** What it may start: provider/domain/pipeline or provider/domain/*. None: all pipelines. */
  readonly pipelines: readonly string[];
  /** UTC, RFC 3339. */
  readonly created_at: string;
  /** null: never. */
  readonly expires_at: string | null;
  readonly replaced: {
    readonly api_key_id: string;
    /** When the old key ends. */
    readonly ends_at: string;
  };
};
export type Rotation = {
  readonly overlap_seconds: number;
};
export type Token = {
  /** Shown once, here. */
  readonly token: string;
  /** It is sent as `Authorization: Bearer <token>`. */
  readonly token_type: 'Bearer';
  /** The key that made it. */
  readonly api_key_id: string;
  readonly scopes: readonly ('run' | 'read' | 'results' | 'manage')[];
  /** As its key has them. */
  readonly pipelines: readonly string[];
  /** The only run that it is for. null: all of the tenant’s. */
  readonly run_id: string | null;
  /** UTC, RFC 3339. */
  readonly expires_at: string;
};
export type TokenRequest = {
  readonly scopes?: readonly ('run' | 'read' | 'results')[];
  readonly run_id?: string;
  readonly ttl_seconds?: number;
};
export interface ApiKeysOperations {
  /** Who the caller is, and what it may do. */
  readonly showIdentity: {
    readonly path: undefined;
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: undefined;
    readonly answer: Identity;
  };
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
  /** Replaces a key by one that inherits all it has; the old one ends after an overlap. */
  readonly rotateApiKey: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
      /** The id of a key, as the list of keys has it. */
      readonly key_id: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: Rotation;
    readonly answer: RotatedApiKey;
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
  /** Exchanges a key for a short-lived token, to be put into a page. */
  readonly makeToken: {
    readonly path: {
      /** The id of the tenant. */
      readonly tenant: string;
    };
    readonly query: undefined;
    readonly headers: undefined;
    readonly body: TokenRequest | undefined;
    readonly answer: Token;
  };
}
