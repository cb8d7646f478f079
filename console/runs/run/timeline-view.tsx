import { useState } from 'preact/hooks';
import type { Run } from '../../../client';
import { useNow } from '../../data/use-now';
import { duration } from '../../format/numbers';
import { Status } from '../../ui/status';
import { isInFlight, stepWord } from '../run-facts';
import type { PipelineShape } from './pipeline-shape';
import { StepDetails } from './step-details';
import { type Bar, placeInSpan, type Timeline, type TimelineRow, ticksOf, timelineOf } from './timeline';
import type { BytePrice } from './use-price';

interface TimelineViewProps {
  readonly run: Run;
  readonly shape: PipelineShape | undefined;
  readonly price: BytePrice | undefined;
}

/** The steps by time. Each opens what is known of it; the one that failed is open. */
export function TimelineView({ run, shape, price }: TimelineViewProps) {
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
              price={price}
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
        <BarView bar={row.bar} timeline={timeline} />
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
  readonly price: BytePrice | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

function StepRow({
  row: { id, step, needs, bar },
  timeline,
  run,
  shape,
  price,
  isOpen,
  onToggle,
}: StepRowProps) {
  return (
    <li class="timeline-row">
      <button type="button" class="timeline-head" aria-expanded={isOpen} onClick={onToggle}>
        <span class="timeline-name">
          <span class="opener" aria-hidden="true" />
          <span>
            <span class="timeline-title">{id}</span> <span class="quiet small">{step.type}</span>
          </span>
        </span>
        <BarView bar={bar} timeline={timeline} note={noteOf(step, needs, run)} />
        <span class="timeline-took">
          <Status word={stepWord(step, run)} />
          <span class="took">{bar === undefined ? '–' : duration(bar.to - bar.from)}</span>
        </span>
      </button>
      {isOpen && (
        <StepDetails
          run={run}
          step={step}
          needs={needs}
          bar={bar}
          defined={shape?.steps.get(id)}
          price={price}
        />
      )}
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
  readonly bar: Bar | undefined;
  readonly timeline: Timeline;
  readonly note?: string | undefined;
}

function BarView({ bar, timeline, note }: BarViewProps) {
  if (bar === undefined) return <span class="timeline-track quiet small">{note}</span>;
  const { start, size } = placeInSpan(bar, timeline);
  const isLate = start + size > 70;
  return (
    <span class="timeline-track">
      <span
        class={`bar ${bar.kind}${bar.isOpen ? ' open' : ''}`}
        style={{ insetInlineStart: `${start}%`, inlineSize: `${size}%` }}
      />
      {note !== undefined && (
        <span
          class="timeline-note quiet small"
          style={isLate ? { insetInlineEnd: `${100 - start}%` } : { insetInlineStart: `${start + size}%` }}
        >
          {note}
        </span>
      )}
    </span>
  );
}
