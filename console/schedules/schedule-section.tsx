import { currentSession } from '../app/session';
import { duration } from '../format/numbers';
import { ownZone } from '../format/times';
import { FactList } from '../ui/lists/fact-list';
import { ManagedSection } from '../ui/managed-section';
import { Time } from '../ui/times';
import { ChangeScheduleDialog } from './schedule-dialogs';
import { type ListedSchedule, missedChoices, overlapChoices, planText } from './schedule-form';
import { ScheduleHistorySection } from './schedule-history';

interface ScheduleSectionProps {
  readonly tenantId: string;
  readonly schedule: ListedSchedule;
  readonly isAllowed: boolean;
  readonly onChanged: () => void;
}

/** One schedule: when it is due next, what can be done with it, and what became of its times. */
export function ScheduleSection({ tenantId, schedule, isAllowed, onChanged }: ScheduleSectionProps) {
  const { state, pipeline, schedule_id } = schedule;
  const path = { tenant: tenantId, schedule_id };
  const { api } = currentSession();
  return (
    <ManagedSection
      what="schedule"
      title={`${pipeline}, ${planText(schedule)}`}
      seen={schedule}
      isAllowed={isAllowed}
      turn={(headers) => api.call(state === 'active' ? 'pauseSchedule' : 'resumeSchedule', { path, headers })}
      remove={(headers) => api.call('deleteSchedule', { path, headers })}
      onChanged={onChanged}
      change={(dialog) => <ChangeScheduleDialog tenantId={tenantId} schedule={schedule} {...dialog} />}
      which={`of ${pipeline}`}
      loss={
        <p>
          It starts no run any more ({planText(schedule)}). Runs that it has started stay. It cannot be taken
          back; a pause can.
        </p>
      }
    >
      <FactList
        facts={[
          { name: 'Missed times', value: textOf(missedChoices, schedule.missed) },
          { name: 'Where one is still in flight', value: textOf(overlapChoices, schedule.overlap) },
          {
            name: 'Window',
            value: schedule.window_seconds === 0 ? 'none' : duration(schedule.window_seconds * 1_000),
          },
          { name: 'Made by', value: schedule.created_by ?? 'not known' },
        ]}
      />
      {Object.keys(schedule.parameters).length > 0 && (
        <>
          <h3>Parameters</h3>
          <pre>{JSON.stringify(schedule.parameters, null, 2)}</pre>
        </>
      )}
      <h3>Next times</h3>
      {schedule.next_times.length === 0 ? (
        <p>None before it is resumed.</p>
      ) : (
        <ol class="next-times">
          {schedule.next_times.map(({ planned_at, local_time, starts_at }) => (
            <li key={planned_at}>
              <Time at={planned_at} />
              <span class="quiet">
                {schedule.time_zone !== ownZone() && ` · ${clockOf(local_time)} in ${schedule.time_zone}`}
                {starts_at !== planned_at && (
                  <>
                    {' '}
                    · starts <Time at={starts_at} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
      <ScheduleHistorySection tenantId={tenantId} scheduleId={schedule_id} />
    </ManagedSection>
  );
}

/** 2026-12-01T06:30:00+01:00 as what clocks show: 2026-12-01 06:30. */
const clockOf = (localTime: string): string => localTime.slice(0, 16).replace('T', ' ');

const textOf = (
  choices: readonly { readonly value: string; readonly text: string }[],
  value: string,
): string => choices.find((choice) => choice.value === value)?.text ?? value;
