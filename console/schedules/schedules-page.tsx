import { pipelinePlace, tenantPagePlace } from '../app/places';
import { currentSession, may } from '../app/session';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { useCall } from '../data/use-call';
import { useFilters } from '../data/use-filters';
import { Notice } from '../ui/notice';
import { Section } from '../ui/page';
import { Shown } from '../ui/shown';
import { Status } from '../ui/status';
import { type Column, Table } from '../ui/table';
import { Ago } from '../ui/times';
import { MakeScheduleDialog } from './schedule-dialogs';
import { type ListedSchedule, planText } from './schedule-form';
import { ScheduleSection } from './schedule-section';

/** It costs a statement each time. */
const refreshMs = 60_000;

/** What runs by itself, and when. */
export function SchedulesPage() {
  const tenantId = useTenantId();
  const { query, change } = useFilters();
  const isAllowed = may('manage') && may('run');
  const schedules = useCall(
    `listSchedules ${tenantId}`,
    async (signal) =>
      (await currentSession().api.call('listSchedules', { path: { tenant: tenantId }, signal })).schedules,
    { everyMs: refreshMs },
  );
  return (
    <TenantFrame
      tenantId={tenantId}
      title="Schedules"
      actions={
        isAllowed && (
          <button type="button" class="main" onClick={() => change({ make: 'yes' })}>
            Make a schedule
          </button>
        )
      }
    >
      {!isAllowed && (
        <Notice kind="info" title="You may only look">
          <p>Schedules are changed with a key that has the scopes manage and run, or by an admin.</p>
        </Notice>
      )}
      <Shown of={schedules} what="the schedules">
        {(all) => (
          <>
            <Section title="What runs by itself">
              <Table
                caption="Schedules"
                columns={columnsFor(tenantId, query.schedule)}
                rows={all}
                keyOf={({ schedule_id }) => schedule_id}
                empty={<p>Nothing runs by itself yet. Make a schedule, and a pipeline runs at its times.</p>}
              />
            </Section>
            {all
              .filter(({ schedule_id }) => schedule_id === query.schedule)
              .map((schedule) => (
                <ScheduleSection
                  key={schedule.schedule_id}
                  tenantId={tenantId}
                  schedule={schedule}
                  isAllowed={isAllowed}
                  onChanged={schedules.askAgain}
                />
              ))}
          </>
        )}
      </Shown>
      {isAllowed && query.make !== undefined && (
        <MakeScheduleDialog
          tenantId={tenantId}
          pipeline={query.pipeline}
          onMade={(schedule) => {
            schedules.askAgain();
            change({ make: undefined, pipeline: undefined, schedule });
          }}
          onClose={() => change({ make: undefined, pipeline: undefined })}
        />
      )}
    </TenantFrame>
  );
}

const columnsFor = (tenantId: string, chosen: string | undefined): readonly Column<ListedSchedule>[] => [
  {
    title: 'When',
    cell: (schedule) => (
      <>
        <a
          href={`${tenantPagePlace(tenantId, 'schedules')}?schedule=${encodeURIComponent(schedule.schedule_id)}`}
          aria-current={chosen === schedule.schedule_id ? 'true' : undefined}
        >
          {planText(schedule)}
        </a>
        {schedule.description !== null && <div class="quiet">{schedule.description}</div>}
      </>
    ),
  },
  {
    title: 'Pipeline',
    cell: ({ pipeline }) => <a href={pipelinePlace(tenantId, pipeline)}>{pipeline}</a>,
  },
  {
    title: 'State',
    cell: ({ state, reason }) => (
      <>
        <Status word={state} />
        {reason !== null && <div class="quiet">{reason}</div>}
      </>
    ),
  },
  {
    title: 'Next',
    cell: ({ next_times: [next] }) => <Ago at={next?.starts_at} none="not before it is resumed" />,
  },
  { title: 'Made', cell: ({ created_at }) => <Ago at={created_at} /> },
];
