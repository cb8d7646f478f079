import type { KeyScope } from './scopes';

/** What a key may do, and until when. */
export interface KeyAuthority {
  readonly keyId: string;
  /** Milliseconds since 1970; Infinity for a key that does not expire. */
  readonly expiresAt: number;
  readonly scopes: readonly KeyScope[];
  /** Which pipelines it may start, as key-pipelines has it; empty: all. */
  readonly pipelines: readonly string[];
}
