import { z } from 'zod';
import { endedStates, itemOutcomes, operationStates, rowStates } from '../../operations/rules/operation';
import { string, timestamp } from '../column-schemas';

/** What each row of an operation says of it from its start on. */
export const headFields = {
  operation_id: string,
  started_at: timestamp,
  kind: string,
  tenant_id: string.nullable(),
  started_by_kind: z.enum(['admin', 'person', 'key', 'token']),
  started_by: string,
  filter: string,
  reason: string.nullable(),
};
export const stateSchema = z.enum(operationStates);
export const rowStateSchema = z.enum(rowStates);
export const itemEntrySchema = z.object({
  tenant_id: string,
  item_id: string,
  outcome: z.enum(itemOutcomes),
  problem: string.nullable(),
});

/** Whether a row says that its operation has ended. */
export const isEnding = `state IN (${endedStates.map((state) => `'${state}'`).join(', ')})`;
/** Whether the last of an operation's pauses and resumptions is a pause; NULL where it has none. Over its rows. */
export const isPausedByRows = `ARRAY_AGG(
      IF(state IN ('paused', 'resumed'), state, NULL) IGNORE NULLS ORDER BY recorded_at DESC, state DESC LIMIT 1
    )[SAFE_OFFSET(0)] = 'paused'`;
/** The later of two states counts: text for ordering by `operationStates`. */
export const rankOfState = `CASE state${operationStates.map((state, rank) => ` WHEN '${state}' THEN ${rank}`).join('')} END`;
export const rankOfOutcome = `CASE item.outcome${itemOutcomes.map((outcome, rank) => ` WHEN '${outcome}' THEN ${rank}`).join('')} END`;
