import type { CallFaults } from 'local-bigquery';
import { callFaults, throughFault } from './call-faults';
import type { Faults } from './faults';

/** What can go wrong with a script, besides what can with any call. */
const scriptFaults = [
  /** It fails before its first statement, and is answered as complete, without a result. */
  'script-failed',
  /** The same after its last statement: it is done. */
  'script-failed-after',
] as const;

export interface BigQueryFaultOptions {
  /**
   * Whether scripts fail like that, which has only been reported of BigQuery
   * (https://github.com/googleapis/nodejs-bigquery/issues/887); false unless given.
   */
  readonly hasSilentScripts?: boolean | undefined;
}

/**
 * Makes calls of the local BigQuery go wrong as `faults` decides: as calls of any server do, or with one of
 * BigQuery's own refusals.
 */
export const bigQueryFaults =
  (faults: Faults, { hasSilentScripts = false }: BigQueryFaultOptions = {}): CallFaults =>
  async ({ identity, refusals, failScript }, work) => {
    const own = (['rate-limited', 'conflict'] as const).filter((kind) => refusals[kind] !== undefined);
    const ofScript = failScript !== undefined && hasSilentScripts ? scriptFaults : [];
    const fault = faults.next({ kind: 'bigquery', identity }, [...callFaults, ...own, ...ofScript]);
    switch (fault?.kind) {
      case 'rate-limited':
      case 'conflict':
        return refusals[fault.kind];
      case 'script-failed':
        return failScript?.('before');
      case 'script-failed-after':
        return failScript?.('after');
      default:
        return throughFault(fault && { ...fault, kind: fault.kind }, work, refusals.unavailable);
    }
  };
