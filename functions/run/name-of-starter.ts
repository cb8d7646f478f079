import type { ReadKeyName } from '../../shared/google/bigquery/tables/read-key-expiries';
import type { RecordedRun } from '../../shared/sql/runs/read-run';

/** The name of the key that started a run, or that its token was made with. null: it has none, or no key did. */
export const nameOfStarter = async (
  tenantId: string,
  { actor, actor_kind }: Pick<RecordedRun, 'actor' | 'actor_kind'>,
  readKeyName: ReadKeyName,
): Promise<string | null> =>
  actor !== null && (actor_kind === null || actor_kind === 'key' || actor_kind === 'token')
    ? readKeyName(tenantId, actor)
    : null;
