import { useState } from 'preact/hooks';
import { currentSession } from '../app/session';
import { useAction } from '../data/use-action';
import { withWishKey } from '../data/wish-key';
import { Dialog } from '../ui/dialog';
import { Choice, Field } from '../ui/field';
import { Form } from '../ui/form';
import { Notice } from '../ui/notice';
import { commonFilter, endedStatusOf, filterInWords, type RunFilter } from './run-filter';

interface BulkRerunDialogProps {
  readonly tenantId: string;
  readonly filter: RunFilter;
  readonly onStarted: (operationId: string) => void;
  readonly onClose: () => void;
}

/** Has all runs that are over and match done again, some at once. */
export function BulkRerunDialog({ tenantId, filter, onStarted, onClose }: BulkRerunDialogProps) {
  const status = endedStatusOf(filter);
  const [from, setFrom] = useState<'start' | 'failed_step'>(status === 'FAILED' ? 'failed_step' : 'start');
  const [atOnce, setAtOnce] = useState('5');
  const [reason, setReason] = useState('');
  const isAll = status === undefined && Object.keys(commonFilter(filter)).length === 0;
  const action = useAction(async () => {
    const wish = {
      path: { tenant: tenantId },
      body: {
        ...commonFilter(filter),
        ...(status !== undefined && { status }),
        ...(isAll && { all: true as const }),
        ...(reason.trim() !== '' && { reason: reason.trim() }),
        rerun_from: from,
        limit: Number(atOnce),
      },
    };
    const { operation_id } = await withWishKey(wish, (key) =>
      currentSession().api.call('bulkRerunTenantRuns', { ...wish, headers: { 'Idempotency-Key': key } }),
    );
    onStarted(operation_id);
  });
  return (
    <Dialog title="Rerun runs" onClose={onClose}>
      <Form action={action} submit="Rerun them" isDangerous={isAll} onCancel={onClose}>
        <p>
          Meant are {filterInWords(filter)} of {tenantId} that are over and have not been done again. Each is
          a new run, and counts as one.
        </p>
        {isAll && (
          <Notice kind="warning">
            <p>No filter is set: all runs that are over will be done again.</p>
          </Notice>
        )}
        <Choice
          label="Each begins"
          value={from}
          onChange={(value) => setFrom(value === 'start' ? 'start' : 'failed_step')}
          options={[
            { value: 'start', text: 'at its start' },
            { value: 'failed_step', text: 'at the step that failed' },
          ]}
          hint={
            from === 'failed_step'
              ? 'Steps that have completed are left out. Runs that completed are refused.'
              : undefined
          }
        />
        <Field
          label="In flight at once"
          type="number"
          min="1"
          max="50"
          value={atOnce}
          onChange={setAtOnce}
          isRequired
          hint="At most so many of them; 1 to 50."
        />
        <Field
          label="Reason"
          value={reason}
          onChange={setReason}
          hint="For whoever looks at the operation."
        />
      </Form>
    </Dialog>
  );
}
