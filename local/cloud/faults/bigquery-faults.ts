import type { CallFaults } from 'local-bigquery';
import { callFaults, throughFault } from './call-faults';
import type { Faults } from './faults';

/**
 * Makes calls of the local BigQuery go wrong as `faults` decides: as calls of any server do, or with one of
 * BigQuery's own refusals.
 */
export const bigQueryFaults =
  (faults: Faults): CallFaults =>
  async ({ identity, refusals }, work) => {
    const own = (['rate-limited', 'conflict'] as const).filter((kind) => refusals[kind] !== undefined);
    const fault = faults.next({ kind: 'bigquery', identity }, [...callFaults, ...own]);
    if (fault?.kind === 'rate-limited' || fault?.kind === 'conflict') return refusals[fault.kind];
    return throughFault(fault && { ...fault, kind: fault.kind }, work, refusals.unavailable);
  };
