import { useState } from 'preact/hooks';
import type { Run } from '../../../client';
import { currentSession, seenAs } from '../../app/session';
import { type Loaded, useAsked } from '../../data/asking/use-asked';
import { type ShownProblem, shownProblem } from '../../data/problems';
import { isInFlight } from '../run-facts';
import { afterEvent } from './live-run';

/** How the page hears of the run. */
export type Hearing =
  | { readonly kind: 'asking' }
  | { readonly kind: 'live' }
  /** The stream is refused or has broken: the run is asked for again after some seconds. */
  | { readonly kind: 'broken'; readonly problem: ShownProblem };

const againMs = 5_000;

/** A run as it moves: asked for once, then followed until it is over; not while the tab is hidden. */
export function useLiveRun(tenantId: string, runId: string): Loaded<Run> & { readonly hearing: Hearing } {
  const [hearing, setHearing] = useState<Hearing>({ kind: 'asking' });
  const loaded = useAsked<Run>(`run ${tenantId} ${runId}`, {
    ask: async function* (signal) {
      const { api } = currentSession();
      const tenant = seenAs(tenantId);
      let run = await api.call('showRun', { path: { run_id: runId }, query: { ...tenant }, signal });
      yield run;
      if (!isInFlight(run)) return;
      setHearing({ kind: 'live' });
      try {
        for await (const event of api.followRun(runId, { ...tenant, signal })) {
          run = afterEvent(run, event);
          yield run;
        }
      } catch (error) {
        signal.throwIfAborted();
        setHearing({ kind: 'broken', problem: shownProblem(error) });
      }
    },
    everyMs: (run) => (run !== undefined && isInFlight(run) ? againMs : undefined),
  });
  return { ...loaded, hearing };
}
