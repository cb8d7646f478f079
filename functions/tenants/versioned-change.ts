import { ServiceError } from '../../shared/errors';
import { preconditionFailed, type WantedVersions } from '../../shared/http/headers/entity-tags';

/** A change of something that has versions, as one guarded write makes it. */
export interface VersionedChange<Row, After> {
  /** As it is now. Throws where it is not there. */
  readonly read: () => Promise<Row>;
  readonly versionOf: (row: Row) => string;
  /** Of which versions it has to be. */
  readonly wanted: WantedVersions;
  /** Changes just the version that was read. undefined: somebody else was faster, and nothing was done. */
  readonly change: (before: Row) => Promise<After | undefined>;
  /** What it is, in messages. */
  readonly what: string;
}

/** How often a change is tried that others overtake. */
const mostTries = 4;

/**
 * Resolves to what it was before and what the change has made of it: nobody else's change comes in between. Throws
 * `precondition_failed` with the version of now where that is none of those that are wanted, or `unavailable`.
 */
export async function changeVersion<Row, After>({
  read,
  versionOf,
  wanted,
  change,
  what,
}: VersionedChange<Row, After>): Promise<{ readonly before: Row; readonly after: After }> {
  for (let tries = 1; ; tries++) {
    const before = await read();
    const version = versionOf(before);
    if (wanted !== 'any' && !wanted.includes(version)) throw preconditionFailed(version);
    const after = await change(before);
    if (after !== undefined) return { before, after };
    if (tries < mostTries) continue;
    const detail = `Others change the ${what} at the same time. Nothing was changed.`;
    throw new ServiceError('unavailable', detail, { retryAfterSeconds: 1 });
  }
}
