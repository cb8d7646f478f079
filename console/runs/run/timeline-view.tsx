import { useState } from 'preact/hooks';
import type { Run } from '../../../client';
import { useNow } from '../../data/use-now';
import { duration } from '../../format/numbers';
import { Status } from '../../ui/status';
import { isInFlight, stepWord } from '../run-facts';
import type { PipelineShape } from './pipeline-shape';
import { StepDetails } from './step-details';
import { type Bar, placeInSpan, type Timeline, type TimelineRow, ticksOf, timelineOf } from './timeline';

interface TimelineViewProps {
  readonly run: Run;
  readonly shape: PipelineShape | undefined;
}

/** The steps by time. Each opens what is known of it; the one that failed is open. */
export function TimelineView({ run, shape }: TimelineViewProps) {
  const isMoving = isInFlight(run);
  const now = useNow(isMoving);
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const timeline = timelineOf(run, shape?.needs ?? new Map(), now);
  const span = timeline.to - timeline.from;
  return (
    <div class="timeline">
      <div class="timeline-axis" aria-hidden="true">
        {ticksOf(span).map((tick) => (
          <span key={tick} style={{ insetInlineStart: `${(tick / span) * 100}%` }}>
            {/* At the end there is no room for words. */}
            {tick === 0 ? '0' : tick / span < 0.85 && duration(tick)}
          </span>
        ))}
      </div>
      <ol class="timeline-rows">
        {timeline.rows.map((row) => {
          if (row.kind === 'wait') return <WaitRow key={row.id} row={row} timeline={timeline} />;
          const isOpen = opened.get(row.id) ?? row.step.status === 'FAILED';
          return (
            <StepRow
              key={row.id}
              row={row}
              timeline={timeline}
              run={run}
              shape={shape}
              isOpen={isOpen}
              onToggle={() => setOpened(new Map(opened).set(row.id, !isOpen))}
            />
          );
        })}
      </ol>
    </div>
  );
}

type RowOf<Kind> = Extract<TimelineRow, { readonly kind: Kind }>;

function WaitRow({ row, timeline }: { readonly row: RowOf<'wait'>; readonly timeline: Timeline }) {
  return (
    <li class="timeline-row">
      <div class="timeline-head wait">
        <span class="timeline-name">
          <span class="quiet">{row.title}</span>
        </span>
        <BarView bars={[row.bar]} timeline={timeline} />
        <span class="timeline-took">{duration(row.bar.to - row.bar.from)}</span>
      </div>
    </li>
  );
}

interface StepRowProps {
  readonly row: RowOf<'step'>;
  readonly timeline: Timeline;
  readonly run: Run;
  readonly shape: PipelineShape | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function StepRow({ row: { id, step, needs, bars }, timeline, run, shape, isOpen, onToggle }: StepRowProps) {
  const [first] = bars;
  const last = bars.at(-1);
  return (
    <li class="timeline-row">
      <button type="button" class="timeline-head" aria-expanded={isOpen} onClick={onToggle}>
        <span class="timeline-name">
          <span class="opener" aria-hidden="true" />
          <span>
            <span class="timeline-title">{id}</span> <span class="quiet small">{step.type}</span>
          </span>
        </span>
        <BarView bars={bars} timeline={timeline} note={noteOf(step, needs, run)} />
        <span class="timeline-took">
          <Status word={stepWord(step, run)} />
          <span class="took">{first && last ? duration(last.to - first.from) : '–'}</span>
        </span>
      </button>
      {isOpen && <StepDetails run={run} step={step} needs={needs} defined={shape?.steps.get(id)} />}
    </li>
  );
}

/** Why there is no bar, or what a bar does not show. */
function noteOf(step: Run['steps'][number], needs: readonly string[], run: Run): string | undefined {
  const { status, attempts, reused_from } = step;
  if (reused_from !== null) return 'done by the run before';
  if (status === 'PENDING' && !isInFlight(run)) return attempts > 0 ? `${attempts} failed` : undefined;
  if (status === 'PENDING' && attempts > 0) return `${attempts} failed, will be tried again`;
  if (status === 'PENDING') {
    const awaited = needs.filter((id) =>
      run.steps.some((other) => other.step_id === id && other.status !== 'COMPLETED'),
    );
    return awaited.length === 0 ? 'about to begin' : `after ${awaited.join(', ')}`;
  }
  return attempts > 1 ? `${attempts} attempts` : undefined;
}

interface BarViewProps {
  readonly bars: readonly Bar[];
  readonly timeline: Timeline;
  readonly note?: string | undefined;
}

function BarView({ bars, timeline, note }: BarViewProps) {
  const places = bars.map((bar) => ({ ...bar, ...placeInSpan(bar, timeline) }));
  const [first] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined)
    return <span class="timeline-track quiet small">{note}</span>;
  const end = last.start + last.size;
  return (
    <span class="timeline-track">
      {places.map(({ kind, isOpen, start, size }, at) => (
        <span
          key={at}
          class={`bar ${kind}${isOpen ? ' open' : ''}`}
          style={{ insetInlineStart: `${start}%`, inlineSize: `${size}%` }}
        />
      ))}
      {note !== undefined && (
        <span
          class="timeline-note quiet small"
          style={end > 70 ? { insetInlineEnd: `${100 - first.start}%` } : { insetInlineStart: `${end}%` }}
        >
          {note}
        </span>
      )}
    </span>
  );
}
