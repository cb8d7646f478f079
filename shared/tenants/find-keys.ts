import { timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';
import { ServiceError } from '../errors';
import { isNotFound, isRetryable } from '../google/bigquery/failures';
import type { RunStatement } from '../google/bigquery/statements/run-statement';
import type { ParameterTypes, Statement, StatementParameters } from '../sql/define-statement';
import { findApiKey } from '../sql/keys/find-api-key';
import type { keyRow } from '../sql/keys/key-row';
import { listValidKeys } from '../sql/keys/list-valid-keys';
import { partOfAnswer } from '../support/answer-time';
import { retrying } from '../support/retry';
import type { KeyAuthority } from './rules/key-authority';
import { storedScopes } from './rules/scopes';

export interface FoundKey extends KeyAuthority {
  /** In which hour it was used last, as its table had it: milliseconds since 1970, 0 if never. */
  readonly lastUsedAt: number;
}

/** Reads keys from a tenant's `api_keys`. Both throw `unavailable` where BigQuery does not answer in time. */
export interface FindKeys {
  /** The key with a digest; undefined if there is none, `no_tenant` if there is no such tenant. */
  readonly one: (tenantId: string, digest: string) => Promise<FoundKey | 'no_tenant' | undefined>;
  /** All keys that are not revoked, by their digest; `no_tenant` if there is no such tenant. */
  readonly all: (tenantId: string) => Promise<ReadonlyMap<string, FoundKey> | 'no_tenant'>;
}

/** Leaves enough of a request's 15 s for its admission. */
const usualLookUpMs = 3_000;
const lookUpPolicy = { initialBackoffMs: 50, maximumBackoffMs: 500, isRetryable };

type KeyRow = z.infer<typeof keyRow>;

/** @param answerMs how long the callers wait for an answer, in milliseconds */
export function createFindKeys(runStatement: RunStatement, answerMs?: number): FindKeys {
  const longestLookUpMs = partOfAnswer(usualLookUpMs, answerMs);
  return {
    async one(tenantId, digest) {
      const rows = await read(tenantId, findApiKey, { tenant_id: tenantId, key_hash: digest });
      if (rows === 'no_tenant') return rows;
      const match = rows.find((row) => timingSafeEqual(Buffer.from(row.key_hash), Buffer.from(digest)));
      return match === undefined ? undefined : foundKey(match);
    },
    async all(tenantId) {
      const rows = await read(tenantId, listValidKeys, { tenant_id: tenantId });
      return rows === 'no_tenant' ? rows : new Map(rows.map((row) => [row.key_hash, foundKey(row)]));
    },
  };

  async function read<Types extends ParameterTypes>(
    tenantId: string,
    statement: Statement<Types, KeyRow>,
    parameters: StatementParameters<Statement<Types, KeyRow>>,
  ): Promise<readonly KeyRow[] | 'no_tenant'> {
    const options = { timeoutMs: longestLookUpMs };
    try {
      const ask = () => runStatement(tenantId, statement, parameters, options);
      return (await retrying({ ...lookUpPolicy, budgetMs: longestLookUpMs }, ask)).rows;
    } catch (error) {
      // No dataset or no table: there is no such tenant, hence no such key.
      if (isNotFound(error)) return 'no_tenant';
      throw new ServiceError('unavailable', 'The API key cannot be checked at the moment', {
        retryAfterSeconds: 1,
        cause: error,
      });
    }
  }
}

const foundKey = (row: KeyRow): FoundKey => ({
  keyId: row.key_id,
  expiresAt: row.expires_at?.getTime() ?? Number.POSITIVE_INFINITY,
  scopes: storedScopes(row.scopes),
  pipelines: row.pipelines,
  lastUsedAt: row.last_used_at?.getTime() ?? 0,
});
