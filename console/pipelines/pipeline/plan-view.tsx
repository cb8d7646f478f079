import type { DryRun } from '../../../client';
import { runPlace } from '../../app/places';
import { bytes, duration, money } from '../../format/numbers';
import { shortId } from '../../runs/run-columns';
import { FactList } from '../../ui/lists/fact-list';
import { Notice } from '../../ui/notice';
import { type Column, Table } from '../../ui/table';
import { accuracyInWords, filesInWords, planStatusLook, sumsInWords } from './plan-words';

/** What a dry run has found: what admission would say, and what each step would cost. */
export function PlanView({ plan }: { readonly plan: DryRun }) {
  const { is_complete, would_fail, currency, steps, watermark } = plan;
  const sums = sumsInWords(plan);
  return (
    <div class="plan">
      <Admission plan={plan} />
      {would_fail && (
        <Notice kind="error" title="It would fail as everything is now">
          <p>The step is marked below, with the reason.</p>
        </Notice>
      )}
      <FactList
        isLarge
        facts={[
          { name: 'Cost', value: sums.cost },
          { name: 'Bytes billed', value: sums.billed },
          { name: 'Bytes processed', value: sums.processed },
          { name: 'Begins at the watermark', value: watermark },
        ]}
      />
      <Table
        caption="What each step would do"
        columns={columnsIn(currency)}
        rows={steps}
        keyOf={({ step_id }) => step_id}
        empty="The pipeline has no steps."
      />
      {!is_complete && (
        <p class="quiet small">
          Of some steps the bytes are not known before those ahead of them have run: the sums are what is
          known, or by the steps’ limits.
        </p>
      )}
    </div>
  );
}

function Admission({ plan: { admission, tenant_id } }: { readonly plan: DryRun }) {
  const { status, refusal, cancels } = admission;
  return (
    <>
      {status === 'ADMITTED' && (
        <Notice kind="good" title="It would be admitted">
          <p>There is a slot for it: it would begin at once.</p>
        </Notice>
      )}
      {status === 'QUEUED' && (
        <Notice kind="info" title="It would wait in the queue">
          <p>All slots are taken. It is counted, and begins when its turn comes.</p>
        </Notice>
      )}
      {status === 'REFUSED' && (
        <Notice kind="error" title="It would be refused">
          <p>{refusal?.detail}</p>
          {refusal?.retry_after_seconds != null && (
            <p>Try again in {duration(refusal.retry_after_seconds * 1_000)}.</p>
          )}
        </Notice>
      )}
      {cancels !== null && (
        <Notice kind="warning" title="It would take the place of another run">
          <p>
            This pipeline’s oldest run,{' '}
            <a href={runPlace(tenant_id, cancels)} title={cancels}>
              <code>{shortId(cancels)}</code>
            </a>
            , would be cancelled.
          </p>
        </Notice>
      )}
    </>
  );
}

type PlannedStep = DryRun['steps'][number];

function columnsIn(currency: string): readonly Column<PlannedStep>[] {
  return [
    {
      title: 'Step',
      cell: ({ step_id, type }) => (
        <>
          {step_id} <span class="quiet">{type}</span>
        </>
      ),
    },
    {
      title: 'What is known',
      cell: ({ status }) => {
        const [kind, sign, word] = planStatusLook(status);
        return (
          <span class={`status ${kind}`}>
            <span aria-hidden="true">{sign}</span> {word}
          </span>
        );
      },
    },
    {
      title: 'Processed',
      isNumber: true,
      cell: (step) =>
        step.bytes_processed === null
          ? '–'
          : `${accuracyInWords(step.accuracy)}${bytes(step.bytes_processed)}`,
    },
    {
      title: 'Billed',
      isNumber: true,
      cell: ({ bytes_billed }) => (bytes_billed === null ? '–' : bytes(bytes_billed)),
    },
    {
      title: 'Limit',
      isNumber: true,
      cell: ({ maximum_bytes_billed }) =>
        maximum_bytes_billed === null ? 'none' : bytes(maximum_bytes_billed),
    },
    {
      title: 'Cost',
      isNumber: true,
      cell: ({ estimated_bigquery_cost }) =>
        estimated_bigquery_cost === null ? '–' : money(estimated_bigquery_cost, currency),
    },
    { title: 'Remarks', cell: (step) => <Remarks step={step} /> },
  ];
}

function Remarks({
  step: { error_code, error_message, warnings, files, reads_tables_of },
}: {
  readonly step: PlannedStep;
}) {
  return (
    <div class="remarks">
      {error_message !== null && (
        <span>
          <code>{error_code}</code> {error_message}
        </span>
      )}
      {warnings.map((warning) => (
        <span key={warning}>{warning}</span>
      ))}
      {files?.map((file) => (
        <span key={file.uri}>
          {file.uri}: {filesInWords(file)}
        </span>
      ))}
      {reads_tables_of.length > 0 && <span class="quiet">reads tables of {reads_tables_of.join(', ')}</span>}
    </div>
  );
}
