import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './faults';

/** What can go wrong with a call: before it takes effect, or after it, when only its answer is lost. */
export const callFaults = [
  /** An error is answered, nothing is done. */
  'refused',
  /** The connection breaks, nothing is done. */
  'reset',
  /** No answer comes and nothing is done; in the end the connection breaks. */
  'hung',
  /** It is done, but an error is answered. */
  'refused-after',
  /** It is done, but the connection breaks. */
  'reset-after',
  /** It is done, but no answer comes; in the end the connection breaks. */
  'hung-after',
  /** It is done, and the answer comes late. */
  'late',
] as const;

export type CallFault = (typeof callFaults)[number];

/**
 * Does a call's work, or does not, as its fault demands. Gives the answer, or undefined where the connection
 * breaks.
 */
export async function throughFault<Answer>(
  fault: Fault<CallFault> | undefined,
  work: () => Promise<Answer>,
  refusal: Answer,
): Promise<Answer | undefined> {
  switch (fault?.kind) {
    case undefined:
      return work();
    case 'refused':
      return refusal;
    case 'reset':
      return undefined;
    case 'hung':
      await pause(fault.hangMs);
      return undefined;
    case 'refused-after':
      await work();
      return refusal;
    case 'reset-after':
      await work();
      return undefined;
    case 'hung-after':
      await work();
      await pause(fault.hangMs);
      return undefined;
    case 'late': {
      const answer = await work();
      await pause(fault.lateMs);
      return answer;
    }
  }
}

/** A held back answer keeps no process alive. */
function pause(milliseconds: number): Promise<void> {
  return sleep(milliseconds, undefined, { ref: false });
}
