import type { ScheduleHistory } from '../../client';
import { runPlace } from '../app/places';
import { currentSession } from '../app/session';
import { useFilters } from '../data/use-filters';
import { usePages } from '../data/use-pages';
import { Choice } from '../ui/field';
import { Shown } from '../ui/shown';
import { Status } from '../ui/status';
import { More, Table } from '../ui/table';
import { Time } from '../ui/times';

interface ScheduleHistorySectionProps {
  readonly tenantId: string;
  readonly scheduleId: string;
}

type PlannedTime = ScheduleHistory['times'][number];

const outcomes = ['started', 'refused', 'skipped', 'missed'] as const;
const limit = 25;

/** What became of each planned time of the last 30 days. */
export function ScheduleHistorySection({ tenantId, scheduleId }: ScheduleHistorySectionProps) {
  const { query, change } = useFilters();
  const outcome = outcomes.find((known) => known === query.outcome);
  const list = usePages(
    `showScheduleHistory ${tenantId} ${scheduleId} ${outcome}`,
    async (cursor, signal) => {
      const page = await currentSession().api.call('showScheduleHistory', {
        path: { tenant: tenantId, schedule_id: scheduleId },
        query: {
          limit,
          ...(outcome !== undefined && { outcome }),
          ...(cursor !== undefined && { cursor }),
        },
        signal,
      });
      return { rows: page.times, next: page.next_cursor };
    },
    { keyOf: ({ planned_at }) => planned_at },
  );
  return (
    <>
      <h3>What became of its times</h3>
      <div class="filters">
        <Choice
          label="Outcome"
          value={outcome ?? ''}
          onChange={(value) => change({ outcome: value })}
          options={[
            { value: '', text: 'Any outcome' },
            { value: 'started', text: 'Started' },
            { value: 'refused', text: 'Refused' },
            { value: 'skipped', text: 'Skipped' },
            { value: 'missed', text: 'Missed' },
          ]}
        />
      </div>
      <Shown of={list.loaded} what="the history">
        {(times) => (
          <>
            <Table
              caption="History"
              rows={times}
              keyOf={({ planned_at }) => planned_at}
              empty={
                <p>
                  {outcome === undefined
                    ? 'None of its times has come yet, in the last 30 days.'
                    : 'No time ended so. Look at any outcome.'}
                </p>
              }
              columns={[
                { title: 'Planned at', cell: ({ planned_at }) => <Time at={planned_at} /> },
                { title: 'Outcome', cell: ({ outcome }) => <Status word={outcome} /> },
                { title: 'Why', cell: (time) => <Told time={time} /> },
                {
                  title: 'Run',
                  cell: ({ run_id }) =>
                    run_id === null ? (
                      '–'
                    ) : (
                      <a href={runPlace(tenantId, run_id)}>
                        <code>{run_id}</code>
                      </a>
                    ),
                },
              ]}
            />
            <More of={list} what="times" />
          </>
        )}
      </Shown>
    </>
  );
}

function Told({ time: { outcome, code, detail, missed_since } }: { readonly time: PlannedTime }) {
  return (
    <>
      {detail}
      {code !== null && <div class="quiet">{code}</div>}
      {outcome === 'skipped' && 'Its run before was still in flight.'}
      {outcome === 'missed' && 'It could not be started in time.'}
      {missed_since !== null && (
        <div>
          All since <Time at={missed_since} /> were missed.
        </div>
      )}
    </>
  );
}
