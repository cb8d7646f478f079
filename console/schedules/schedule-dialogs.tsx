import { useState } from 'preact/hooks';
import type { CallRequest } from '../../client';
import { currentSession, seenAs } from '../app/session';
import { useAction } from '../data/use-action';
import { useCall } from '../data/use-call';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { ScheduleFields } from './schedule-fields';
import {
  emptySchedule,
  type ListedSchedule,
  parametersOf,
  type ScheduleForm,
  scheduleChangeOf,
  scheduleFormOf,
  scheduleRequestOf,
} from './schedule-form';

interface MakeScheduleDialogProps {
  readonly tenantId: string;
  /** The one that is chosen at first. */
  readonly pipeline: string | undefined;
  readonly onMade: (scheduleId: string) => void;
  readonly onClose: () => void;
}

/** The names of the pipelines that the tenant can start. */
const usePipelineNames = (tenantId: string): readonly string[] | undefined =>
  useCall(`names of listPipelines ${tenantId}`, async (signal) => {
    const request: CallRequest<'listPipelines'> = { query: seenAs(tenantId), signal };
    const { pipelines } = await currentSession().api.call('listPipelines', request);
    return pipelines.map(({ pipeline }) => pipeline);
  }).answer;

const isIncomplete = ({ pipeline, parameters }: ScheduleForm): boolean =>
  pipeline === '' || parametersOf(parameters) === undefined;

export function MakeScheduleDialog({ tenantId, pipeline, onMade, onClose }: MakeScheduleDialogProps) {
  const [form, setForm] = useState<ScheduleForm>(() => ({
    ...emptySchedule(Intl.DateTimeFormat().resolvedOptions().timeZone),
    pipeline: pipeline ?? '',
  }));
  const pipelines = usePipelineNames(tenantId);
  const action = useAction(async () => {
    const body = scheduleRequestOf(form);
    const made = await currentSession().api.call('makeSchedule', { path: { tenant: tenantId }, body });
    onMade(made.schedule_id);
  });
  return (
    <Dialog title={`Make a schedule of ${tenantId}`} onClose={onClose}>
      <Form
        action={action}
        submit="Make the schedule"
        busy="Making it …"
        isDisabled={isIncomplete(form)}
        onCancel={onClose}
      >
        <ScheduleFields form={form} onChange={setForm} pipelines={pipelines} problem={action.problem} />
      </Form>
    </Dialog>
  );
}

interface ChangeScheduleDialogProps {
  readonly tenantId: string;
  readonly schedule: ListedSchedule;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

export function ChangeScheduleDialog({ tenantId, schedule, onChanged, onClose }: ChangeScheduleDialogProps) {
  const [form, setForm] = useState(() => scheduleFormOf(schedule));
  const pipelines = usePipelineNames(tenantId);
  const change = isIncomplete(form) ? {} : scheduleChangeOf(form, schedule);
  const action = useAction(async () => {
    const path = { tenant: tenantId, schedule_id: schedule.schedule_id };
    await currentSession().api.call('changeSchedule', { path, body: change });
    onChanged();
  });
  return (
    <Dialog title="Change the schedule" onClose={onClose}>
      <Form
        action={action}
        submit="Save"
        busy="Saving …"
        isDisabled={Object.keys(change).length === 0}
        onCancel={onClose}
      >
        <ScheduleFields form={form} onChange={setForm} pipelines={pipelines} problem={action.problem} />
        <p class="quiet small">With other times it begins now: nothing of before is made up for.</p>
      </Form>
    </Dialog>
  );
}
