import { useState } from 'preact/hooks';
import { currentSession } from '../app/session';
import { useAction } from '../data/use-action';
import { ownZone } from '../format/times';
import { useCatalogue } from '../pipelines/use-catalogue';
import { Dialog } from '../ui/dialog';
import { Form } from '../ui/form';
import { ScheduleFields } from './schedule-fields';
import {
  emptySchedule,
  type ListedSchedule,
  type ScheduleForm,
  type ScheduleValues,
  scheduleChangeOf,
  scheduleFormOf,
  scheduleRequestOf,
  scheduleValues,
} from './schedule-form';

interface MakeScheduleDialogProps {
  readonly tenantId: string;
  /** The one that is chosen at first. */
  readonly pipeline: string | undefined;
  readonly onMade: (scheduleId: string) => void;
  readonly onClose: () => void;
}

/** What the form's choices depend on, and its parameters read. @param before those of the schedule that is changed */
function useParameters(tenantId: string, form: ScheduleForm, before?: ScheduleValues['values']) {
  const catalogue = useCatalogue(tenantId);
  const pipelines = catalogue.answer?.pipelines;
  const definitions = pipelines?.find(({ pipeline }) => pipeline === form.pipeline)?.parameters;
  const read = scheduleValues(definitions, form.parameters, before);
  const isComplete = form.pipeline !== '' && pipelines !== undefined && read.errors.size === 0;
  const fields = { catalogue, definitions, errors: read.errors, before };
  return { values: read.values, isComplete, fields };
}

export function MakeScheduleDialog({ tenantId, pipeline, onMade, onClose }: MakeScheduleDialogProps) {
  const [form, setForm] = useState<ScheduleForm>(() => ({
    ...emptySchedule(ownZone()),
    pipeline: pipeline ?? '',
  }));
  const { values, isComplete, fields } = useParameters(tenantId, form);
  const action = useAction(async () => {
    const body = scheduleRequestOf(form, values);
    const made = await currentSession().api.call('makeSchedule', { path: { tenant: tenantId }, body });
    onMade(made.schedule_id);
  });
  return (
    <Dialog title={`Make a schedule of ${tenantId}`} onClose={onClose}>
      <Form
        action={action}
        submit="Make the schedule"
        busy="Making it …"
        isDisabled={!isComplete}
        onCancel={onClose}
      >
        <ScheduleFields form={form} onChange={setForm} {...fields} problem={action.problem} />
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
  const [seen, setSeen] = useState(schedule);
  const [form, setForm] = useState(() => scheduleFormOf(schedule));
  const path = { tenant: tenantId, schedule_id: schedule.schedule_id };
  const before = form.pipeline === seen.pipeline ? seen.parameters : undefined;
  const { values, isComplete, fields } = useParameters(tenantId, form, before);
  const change = isComplete ? scheduleChangeOf(form, values, seen) : {};
  const action = useAction(async () => {
    const headers = { 'If-Match': seen.etag };
    await currentSession().api.call('changeSchedule', { path, headers, body: change });
    onChanged();
  });
  const begin = async () => {
    const now = await currentSession().api.call('showSchedule', { path });
    setSeen(now);
    setForm(scheduleFormOf(now));
    action.forget();
  };
  return (
    <Dialog title="Change the schedule" onClose={onClose}>
      <Form
        action={action}
        submit="Save"
        busy="Saving …"
        isDisabled={Object.keys(change).length === 0}
        onCancel={onClose}
        again={{ what: 'schedule', begin }}
      >
        <ScheduleFields form={form} onChange={setForm} {...fields} problem={action.problem} />
        <p class="quiet small">With other times it begins now: nothing of before is made up for.</p>
      </Form>
    </Dialog>
  );
}
