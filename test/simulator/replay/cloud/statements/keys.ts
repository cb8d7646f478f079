import { findApiKey } from '../../../../../shared/sql/keys/find-api-key';
import { insertApiKey } from '../../../../../shared/sql/keys/insert-api-key';
import { listApiKeys } from '../../../../../shared/sql/keys/list-api-keys';
import { listValidKeys } from '../../../../../shared/sql/keys/list-valid-keys';
import { noteExpiries } from '../../../../../shared/sql/keys/note-expiries';
import { blockApiKey, revokeApiKey } from '../../../../../shared/sql/keys/revoke-api-key';
import { cellOf, modelOf } from '../statement-model';
import type { ApiKeyRecord } from '../tables';
import { compare } from './recorded';

const keptMs = 7_200_000;

const judged = ({ key_id, key_hash, expires_at, scopes, pipelines, last_used_at }: ApiKeyRecord) => ({
  key_id,
  key_hash,
  expires_at: cellOf(expires_at),
  scopes,
  pipelines,
  last_used_at: cellOf(last_used_at),
});
const isText = (value: string | null): value is string => value !== null;

export const keyModels = [
  modelOf(findApiKey, {
    read: ({ keys }, { tenant_id, key_hash }) =>
      keys
        .filter((key) => key.key_hash === key_hash && key.tenant_id === tenant_id && key.revoked_at === null)
        .map(judged),
  }),
  modelOf(listValidKeys, {
    read: ({ keys }, { tenant_id }) =>
      keys
        .filter((key) => key.tenant_id === tenant_id && key.revoked_at === null)
        .toSorted(
          (one, other) => compare(other.created_at, one.created_at) || compare(one.key_id, other.key_id),
        )
        .map(judged),
  }),
  modelOf(insertApiKey, {
    change(
      tables,
      { key_id, tenant_id, key_hash, last_four, name, scopes, pipelines, now, created_by, expires_at },
    ) {
      if (key_id === null || tenant_id === null || key_hash === null || now === null) return 0;
      const key = {
        key_id,
        tenant_id,
        key_hash,
        last_four,
        name,
        scopes: scopes.filter(isText),
        pipelines: pipelines.filter(isText),
        last_used_at: null,
        created_at: now,
        created_by,
        expires_at,
        revoked_at: null,
        expiry_told_days: null,
        replaces: null,
      };
      tables.keys = [...tables.keys, key];
      return 1;
    },
  }),
  modelOf(listApiKeys, {
    read: ({ keys }, { tenant_id }) =>
      keys
        .filter((key) => key.tenant_id === tenant_id)
        .toSorted(
          (one, other) => compare(one.created_at, other.created_at) || compare(one.key_id, other.key_id),
        )
        .map((key) => ({
          ...key,
          last_used_at: cellOf(key.last_used_at),
          created_at: cellOf(key.created_at),
          expires_at: cellOf(key.expires_at),
          revoked_at: cellOf(key.revoked_at),
        })),
  }),
  modelOf(blockApiKey, {
    change(tables, { tenant_id, key_id, now }) {
      const { tenant, keys } = tables;
      if (tenant?.tenant_id !== tenant_id || key_id === null || now === null) return 0;
      if (!keys.some((key) => key.key_id === key_id && key.revoked_at === null)) return 0;
      const kept = tenant.revoked_keys.filter(
        (key) => key.revoked_at.getTime() > now.getTime() - keptMs && key.key_id !== key_id,
      );
      const revoked_keys = [...kept, { key_id, revoked_at: now }];
      tables.tenant = { ...tenant, revoked_keys, updated_at: now };
      return 1;
    },
  }),
  modelOf(revokeApiKey, {
    change(tables, { key_id, now }) {
      const revoked = tables.keys.filter((key) => key.key_id === key_id && key.revoked_at === null);
      tables.keys = tables.keys.map((key) => (revoked.includes(key) ? { ...key, revoked_at: now } : key));
      return revoked.length;
    },
  }),
  modelOf(noteExpiries, {
    change(tables, { key_ids, days }) {
      const told = tables.keys.filter(
        ({ key_id, expiry_told_days }) =>
          key_ids.includes(key_id) && days !== null && (expiry_told_days ?? Number.POSITIVE_INFINITY) > days,
      );
      tables.keys = tables.keys.map((key) => (told.includes(key) ? { ...key, expiry_told_days: days } : key));
      return told.length;
    },
  }),
];
