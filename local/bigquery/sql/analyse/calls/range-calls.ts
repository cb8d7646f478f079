import { notImplemented } from '../../parse/query-errors';
import type { FunctionCall } from '../scans';
import { unplaced } from './geography-calls';

/** RANGE_CONTAINS of a range and a range, or a value, as comparisons of bounds, of which a null is none. */
export function rangeCall(
  call: FunctionCall,
  [range = '', other = '']: readonly string[],
): string | undefined {
  if (call.name !== 'ZetaSQL:range_contains') return undefined;
  if (range === unplaced || other === unplaced) throw notImplemented('RANGE_CONTAINS of a literal NULL');
  const [start, end] = ['RANGE_START(__r)', 'RANGE_END(__r)'];
  const isOfRanges = call.argumentKinds[1] === 'TYPE_RANGE';
  const holds = isOfRanges
    ? `(${start} IS NULL OR COALESCE(RANGE_START(__o) >= ${start}, FALSE)) AND (${end} IS NULL OR COALESCE(RANGE_END(__o) <= ${end}, FALSE))`
    : `(${start} IS NULL OR __o >= ${start}) AND (${end} IS NULL OR __o < ${end})`;
  return `WITH(__r AS (${range}\n), __o AS (${other}\n), IF(__r IS NULL OR __o IS NULL, NULL, ${holds}))`;
}
