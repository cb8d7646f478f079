import { useState } from 'preact/hooks';
import type { Client, Pipeline } from '../../../client';
import { useTenantClient } from '../../app/use-tenant-client';
import { useAction } from '../../data/use-action';
import { withWishKey } from '../../data/wish-key';
import { count } from '../../format/numbers';
import { Dialog } from '../../ui/dialog';
import { Choice, Field } from '../../ui/field';
import { Form } from '../../ui/form';
import { ParameterFields } from './parameter-fields';
import {
  backfillRuns,
  dateParameters,
  type ParameterTexts,
  readParameters,
  textsAtFirst,
} from './parameters';

interface BackfillDialogProps {
  readonly tenantId: string;
  readonly pipeline: Pipeline;
  readonly onStarted: (operationId: string) => void;
  readonly onClose: () => void;
}

/** More dates than this are refused. */
const mostRuns = 1_000;

/** Has a pipeline run once for each date of a period. It needs a parameter that takes the date. */
export function BackfillDialog({ tenantId, pipeline, onStarted, onClose }: BackfillDialogProps) {
  const { parameters: definitions, watermark: ownWatermark } = pipeline;
  const choices = dateParameters(definitions);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [step, setStep] = useState<'day' | 'month'>('day');
  const [parameter, setParameter] = useState(choices[0] ?? '');
  const [texts, setTexts] = useState<ParameterTexts>(() => textsAtFirst(definitions));
  const [atOnce, setAtOnce] = useState('5');
  const [watermark, setWatermark] = useState('');
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const { asTenant, keyDialog } = useTenantClient(tenantId, 'A backfill');

  const left = new Set([parameter]);
  const { values, errors } = readParameters(definitions, texts, left);
  const runs = backfillRuns(from, to, step);
  const start = useAction(async (client: Client) => {
    const [provider = '', domain = '', name = ''] = pipeline.pipeline.split('/');
    const wish = {
      path: { provider, domain, pipeline: name },
      body: {
        from,
        to,
        step,
        parameter,
        parameters: values,
        limit: Number(atOnce),
        ...(watermark !== '' && { watermark }),
        ...(reason.trim() !== '' && { reason: reason.trim() }),
      },
    };
    const { operation_id } = await withWishKey([tenantId, wish], (key) =>
      client.call('startBackfill', { ...wish, headers: { 'Idempotency-Key': key } }),
    );
    onStarted(operation_id);
  });
  const attempt = {
    ...start,
    start: () => {
      setTried(true);
      if (errors.size === 0) asTenant(start.start);
    },
  };
  const isPossible = runs !== undefined && runs > 0 && runs <= mostRuns;
  return (
    <Dialog title="Backfill" onClose={onClose}>
      <Form
        action={attempt}
        submit={isPossible ? `Start ${count(runs)} ${runs === 1 ? 'run' : 'runs'}` : 'Start the backfill'}
        busy="Starting …"
        isDisabled={!isPossible}
        onCancel={onClose}
      >
        <p>
          {pipeline.pipeline} runs once for each date from the first to the last. Each run counts as one, and
          waits where there is no slot for it.
        </p>
        <div class="columns pairs">
          <Field label="First date" type="date" value={from} max={to} onChange={setFrom} isRequired />
          <Field label="Last date" type="date" value={to} min={from} onChange={setTo} isRequired />
        </div>
        <div class="columns pairs">
          <Choice
            label="A run for"
            value={step}
            onChange={(value) => setStep(value === 'month' ? 'month' : 'day')}
            options={[
              { value: 'day', text: 'each day' },
              { value: 'month', text: 'the first of each month' },
            ]}
          />
          <Choice
            label="Parameter that takes the date"
            value={parameter}
            onChange={setParameter}
            options={choices.map((name) => ({ value: name, text: name }))}
          />
        </div>
        <p class="quiet small" role="status">
          {runs === undefined
            ? 'Choose the first and the last date.'
            : runs > mostRuns
              ? `That would be ${count(runs)} runs: at most ${count(mostRuns)} are started at once.`
              : runs === 0
                ? 'No first of a month lies between these dates.'
                : `That makes ${count(runs)} ${runs === 1 ? 'run' : 'runs'}.`}
        </p>
        <ParameterFields
          definitions={definitions}
          texts={texts}
          errors={isTried ? errors : new Map()}
          onChange={setTexts}
          left={left}
        />
        {ownWatermark !== null && (
          <Field
            label="Watermark of each run"
            value={watermark}
            onChange={setWatermark}
            isRequired
            hint={`Where each begins, a ${ownWatermark.type}: past dates would find nothing new after the recorded one.`}
          />
        )}
        <Field
          label="In flight at once"
          type="number"
          min="1"
          max="50"
          value={atOnce}
          onChange={setAtOnce}
          isRequired
          hint="At most so many of its runs: 1 to 50."
        />
        <Field
          label="Reason"
          value={reason}
          onChange={setReason}
          hint="For whoever looks at the operation."
        />
      </Form>
      {keyDialog}
    </Dialog>
  );
}
