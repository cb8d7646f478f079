import type { ApiKeyList, ApiKeyRequest } from '../../client';

export type ListedKey = ApiKeyList['api_keys'][number];
export type KeyScope = ListedKey['scopes'][number];

export const keyScopes: readonly {
  readonly scope: KeyScope;
  readonly label: string;
  readonly hint: string;
}[] = [
  { scope: 'run', label: 'run', hint: 'Starts and cancels runs.' },
  { scope: 'read', label: 'read', hint: 'Sees runs, pipelines, the tenant and its usage.' },
  { scope: 'results', label: 'results', hint: 'Reads rows and files that runs have made.' },
  { scope: 'manage', label: 'manage', hint: 'Makes keys, webhooks and schedules, and reads the audit.' },
];

const dayMs = 86_400_000;

/** Whether a key works. */
export function keyStateOf(
  { revoked_at, expires_at }: Pick<ListedKey, 'revoked_at' | 'expires_at'>,
  now: number,
): 'active' | 'expired' | 'revoked' {
  if (revoked_at !== null && Date.parse(revoked_at) <= now) return 'revoked';
  return expires_at !== null && Date.parse(expires_at) <= now ? 'expired' : 'active';
}

/** Whether a key that works ends within a week: time to make another. */
export const endsSoon = (key: Pick<ListedKey, 'revoked_at' | 'expires_at'>, now: number): boolean =>
  keyStateOf(key, now) === 'active' &&
  key.expires_at !== null &&
  Date.parse(key.expires_at) < now + 7 * dayMs;

/** The key that a rotation has put in place of one, and that still works. */
export const replacementOf = (
  key: ListedKey,
  all: readonly ListedKey[],
  now: number,
): ListedKey | undefined =>
  all.find((other) => other.api_key_id === key.replaced_by && keyStateOf(other, now) === 'active');

/** Whether a key was used in the last hour. Its last use is noted by the hour in which it was. */
export const isUsedOfLate = ({ last_used_at }: Pick<ListedKey, 'last_used_at'>, now: number): boolean =>
  last_used_at !== null && now - Date.parse(last_used_at) < 3_600_000;

/** What a key is called where it is spoken of: by its name, or by its last characters, or its id. */
export const keyName = ({
  name,
  last_four,
  api_key_id,
}: Pick<ListedKey, 'name' | 'last_four' | 'api_key_id'>) =>
  name ?? (last_four === null ? api_key_id : `the key that ends in ${last_four}`);

/** How long a key lasts, in days; '' is as long as it may. */
export const lifetimes: readonly { readonly value: string; readonly text: string }[] = [
  { value: '', text: 'As long as it may' },
  { value: '7', text: '7 days' },
  { value: '30', text: '30 days' },
  { value: '90', text: '90 days' },
  { value: '365', text: 'A year' },
];

/** How long the key before still works beside the new one, in seconds. */
export const overlaps: readonly { readonly value: string; readonly text: string }[] = [
  { value: '0', text: 'Not at all: it is revoked at once' },
  { value: '3600', text: 'For an hour' },
  { value: '86400', text: 'For a day' },
  { value: '604800', text: 'For 7 days' },
  { value: '2592000', text: 'For 30 days' },
];

/** What is typed in to make a key. */
export interface KeyForm {
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  /** One a line, or parted by commas. Empty: all. */
  readonly pipelines: string;
  /** One of `lifetimes`. */
  readonly lifetimeDays: string;
}

/** What is sent: what was left empty is left out. */
export function keyRequestOf({ name, scopes, pipelines, lifetimeDays }: KeyForm, now: number): ApiKeyRequest {
  const only = pipelines.split(/[\s,]+/).filter((part) => part !== '');
  return {
    ...(name.trim() !== '' && { name: name.trim() }),
    scopes,
    ...(only.length > 0 && { pipelines: only }),
    ...(lifetimeDays !== '' && { expires_at: new Date(now + Number(lifetimeDays) * dayMs).toISOString() }),
  };
}
