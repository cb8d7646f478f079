import { activityStepSeconds, readActivity } from '../../../../../shared/sql/usage/read-activity';
import { cellOf, modelOf } from '../statement-model';
import type { Tables } from '../tables';
import { isBetween, outcomesBetween } from './recorded';

interface Span {
  readonly isRunning: boolean;
  readonly from: number;
  /** Infinity: it has not ended within the time that is asked for. */
  readonly to: number;
}

const stepMs = activityStepSeconds * 1000;

export const activityModels = [
  modelOf(readActivity, {
    read(tables, { tenant_id, from, to, seen_from }) {
      const spans = spansOf(tables, tenant_id, from, to).flatMap((span) => {
        const begins = Math.max(span.from, Number(seen_from));
        const isSeen = Math.min(span.to, Number(to)) > begins && span.from < Number(to);
        const ends = span.to < Number(to) ? span.to : Number.POSITIVE_INFINITY;
        return isSeen ? [{ ...span, from: begins, to: ends }] : [];
      });
      const moments = new Set(spans.flatMap((span) => [span.from, span.to]).filter(Number.isFinite));
      const atMoment = (moment: number, isRunning: boolean) =>
        spans.filter((span) => span.isRunning === isRunning && span.from <= moment && span.to > moment)
          .length;
      const stepOf = (moment: number) => Math.floor(moment / stepMs) * stepMs;
      const inOrder = [...moments].sort((one, other) => one - other);
      return [...new Set(inOrder.map(stepOf))].map((step) => {
        const within = inOrder.filter((moment) => stepOf(moment) === step);
        const running = within.map((moment) => atMoment(moment, true));
        const queued = within.map((moment) => atMoment(moment, false));
        return {
          step: cellOf(new Date(step)),
          most_running: Math.max(...running),
          most_queued: Math.max(...queued),
          last_running: running.at(-1),
          last_queued: queued.at(-1),
        };
      });
    },
  }),
];

/** When each run ran, and when it waited in the queue. */
function spansOf(
  tables: Tables,
  tenantId: string | null,
  from: Date | null,
  to: Date | null,
): readonly Span[] {
  const recorded = outcomesBetween(tables, from, to);
  const known = new Set(recorded.map(({ run_id }) => run_id));
  const slots = tables.tenant?.tenant_id === tenantId ? tables.tenant.active_runs : [];
  const runs = [
    ...recorded.map((run) => ({ ...run, isWaiting: false, ends: Number(run.ended_at) })),
    ...slots
      .filter((slot) => isBetween(slot.admitted_at, from, to) && !known.has(slot.run_id))
      .map((slot) => ({ ...slot, isWaiting: slot.queued_until !== null, ends: Number.POSITIVE_INFINITY })),
  ];
  return runs.flatMap(({ admitted_at, handed_on_at, isWaiting, ends }) => [
    ...(isWaiting ? [] : [{ isRunning: true, from: Number(handed_on_at ?? admitted_at), to: ends }]),
    ...(isWaiting || handed_on_at !== null
      ? [
          {
            isRunning: false,
            from: Number(admitted_at),
            to: handed_on_at === null ? Number.POSITIVE_INFINITY : Number(handed_on_at),
          },
        ]
      : []),
  ]);
}
