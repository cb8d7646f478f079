import { useState } from 'preact/hooks';
import { currentSession } from '../app/session';
import { newKey } from '../data/new-key';
import { useAction } from '../data/use-action';
import { useCall } from '../data/use-call';
import { count } from '../format/numbers';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { Notice } from '../ui/notice';
import { Shown } from '../ui/shown';
import { commonFilter, filterInWords, nameOfFilter, openStatusOf, type RunFilter } from './run-filter';

interface BulkCancelDialogProps {
  readonly tenantId: string | undefined;
  readonly filter: RunFilter;
  readonly onStarted: (operationId: string) => void;
  readonly onClose: () => void;
}

/** Says how many runs would be cancelled before it has them cancelled. */
export function BulkCancelDialog({ tenantId, filter, onStarted, onClose }: BulkCancelDialogProps) {
  const [reason, setReason] = useState('');
  // What was counted when the dialog was open before is not shown: each opening has its own name.
  const [opening] = useState(newKey);
  const counted = useCall(
    `what would be cancelled ${tenantId} ${nameOfFilter(filter)} ${opening}`,
    (signal) => askToCancel(tenantId, filter, { dry_run: true }, signal),
  );
  const action = useAction(async () => {
    const answer = await askToCancel(tenantId, filter, reason.trim() === '' ? {} : { reason: reason.trim() });
    if ('operation_id' in answer) onStarted(answer.operation_id);
  });
  const { answer, isAsking, problem } = counted;
  const isCounted = !isAsking && problem === undefined;
  const number = isCounted && answer !== undefined && 'runs' in answer ? answer.runs : undefined;
  return (
    <Dialog title="Cancel runs" onClose={onClose}>
      <Form
        action={action}
        submit={
          number === undefined ? 'Cancel runs' : `Cancel ${count(number)} ${number === 1 ? 'run' : 'runs'}`
        }
        isDangerous
        isDisabled={number === undefined || number === 0}
        cancel="Let them run"
        onCancel={onClose}
      >
        <p>
          Meant are {filterInWords({ ...filter, status: '' })}
          {tenantId === undefined ? (filter.tenant === '' ? ' of all tenants' : '') : ` of ${tenantId}`}, as
          far as they are running or queued now.
        </p>
        <Shown of={counted} what="how many that are">
          {(answer) =>
            'runs' in answer ? (
              <Notice kind={answer.runs === 0 ? 'info' : 'warning'}>
                <p>
                  {answer.runs === 0
                    ? 'None is in flight: there is nothing to cancel.'
                    : `${answer.is_complete ? '' : 'At least '}${count(answer.runs)} in flight${tenantId === undefined ? ` of ${count(answer.tenants)} tenants` : ''}. They stay counted.`}
                </p>
              </Notice>
            ) : null
          }
        </Shown>
        <Field
          label="Reason"
          value={reason}
          onChange={setReason}
          hint="It stands in the runs’ error messages: their tenants read it."
        />
      </Form>
    </Dialog>
  );
}

interface CancelWish {
  readonly dry_run?: true;
  readonly reason?: string;
}

/** The interface's filter; it wants it said where all are meant. */
function askToCancel(
  tenantId: string | undefined,
  filter: RunFilter,
  wish: CancelWish,
  signal?: AbortSignal,
) {
  const { api } = currentSession();
  const status = openStatusOf(filter);
  const common = {
    ...commonFilter(filter),
    ...(status !== undefined && { status }),
    ...wish,
  };
  const isAll = filter.pipeline === '' && filter.from === '' && filter.to === '';
  if (tenantId !== undefined)
    return api.call('bulkCancelTenantRuns', {
      path: { tenant: tenantId },
      body: { ...common, ...(isAll && { all: true as const }) },
      signal,
    });
  const { tenant } = filter;
  return api.call('bulkCancelRuns', {
    body: { ...common, ...(tenant !== '' ? { tenant } : isAll && { all: true as const }) },
    signal,
  });
}
