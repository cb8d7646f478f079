import type { Run } from '../../../client';
import { runPlace } from '../../app/places';
import { bytes, count, duration } from '../../format/numbers';
import { FactList } from '../../ui/lists/fact-list';
import { Notice } from '../../ui/notice';
import { Status } from '../../ui/status';
import { type Column, Table } from '../../ui/table';
import { CodeBlock } from '../../ui/texts/code-block';
import { Time } from '../../ui/times';
import { shortId } from '../run-columns';
import { costOf, pageOfJob } from '../run-facts';
import { CheckTable } from './check-table';
import type { DefinedStep } from './pipeline-shape';

interface StepDetailsProps {
  readonly run: Run;
  readonly step: Run['steps'][number];
  readonly needs: readonly string[];
  readonly defined: DefinedStep | undefined;
}

/** All that is known of a step of a run. */
export function StepDetails({ run, step, needs, defined }: StepDetailsProps) {
  const { step_id, status, error_code, error_message, warnings, reused_from } = step;
  const checks = run.checks.filter((check) => check.step_id === step_id);
  const isToldAbove = error_message !== null && error_message === run.error_message;
  const figure = (value: number | null, unit: (value: number) => string) =>
    value === null ? undefined : unit(value);
  const attempts = step.attempt_details;
  const hasJobs = attempts.some(({ job }) => job !== undefined);
  return (
    <div class="step-details">
      {isToldAbove && <p>Its error is told above.</p>}
      {error_message !== null && !isToldAbove && (
        <>
          <p>
            {status === 'FAILED' ? 'It failed with ' : 'Its last attempt failed with '}
            <code>{error_code ?? 'no code'}</code>:
          </p>
          <CodeBlock label={`Error of ${step_id}`} text={error_message} />
        </>
      )}
      {warnings.length > 0 && (
        <Notice kind="warning" title={warnings.length === 1 ? 'A warning' : `${warnings.length} warnings`}>
          <ul>
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Notice>
      )}
      {checks.length > 0 && <CheckTable caption={`Checks of ${step_id}`} checks={checks} />}
      <FactList
        facts={[
          { name: 'Rows written', value: figure(step.rows_written, count) },
          { name: 'Bytes processed', value: figure(step.bytes_processed, bytes) },
          { name: 'Bytes billed', value: figure(step.bytes_billed, bytes) },
          { name: 'Cost', value: costOf(step.bytes_billed, run) },
          { name: 'Began', value: step.started_at === null ? undefined : <Time at={step.started_at} /> },
          { name: 'Ended', value: step.ended_at === null ? undefined : <Time at={step.ended_at} /> },
          { name: 'After', value: needs.length === 0 ? undefined : needs.join(', ') },
          { name: 'Writes to', value: defined?.destination },
          { name: 'Its files are', value: step.file_format },
          { name: 'Rows of files left out', value: step.bad_records ? count(step.bad_records) : undefined },
          {
            name: 'Done by the run',
            value:
              reused_from === null ? undefined : (
                <a href={runPlace(run.tenant_id, reused_from)} title={reused_from}>
                  <code>{shortId(reused_from)}</code>
                </a>
              ),
          },
        ]}
      />
      {(attempts.length > 1 || hasJobs) && (
        <Table
          caption={`Attempts of ${step_id}`}
          columns={hasJobs ? [...attemptColumns, jobColumn] : attemptColumns}
          rows={attempts}
          keyOf={({ attempt }) => String(attempt)}
          empty="It has not begun."
        />
      )}
      {defined?.sql != null && (
        <details>
          <summary>SQL, as the pipeline has it now</summary>
          <CodeBlock label={`SQL of ${step_id}`} text={defined.sql} />
        </details>
      )}
    </div>
  );
}

type Attempt = Run['steps'][number]['attempt_details'][number];

const tookMs = ({ started_at, ended_at }: Attempt): number | null =>
  started_at === null || ended_at === null
    ? null
    : Math.max(0, Date.parse(ended_at) - Date.parse(started_at));

const attemptColumns: readonly Column<Attempt>[] = [
  { title: 'Attempt', cell: ({ attempt }) => attempt },
  { title: 'Result', cell: ({ status }) => <Status word={status} /> },
  { title: 'Began', cell: ({ started_at }) => <Time at={started_at} /> },
  { title: 'Ended', cell: ({ ended_at }) => <Time at={ended_at} /> },
  {
    title: 'Took',
    isNumber: true,
    cell: (attempt) => {
      const ms = tookMs(attempt);
      return ms === null ? '–' : duration(ms);
    },
  },
  {
    title: 'Billed',
    isNumber: true,
    cell: ({ bytes_billed: billed }) => (billed === null ? '–' : bytes(billed)),
  },
  {
    title: 'Error',
    cell: ({ error_code, error_message }) => (
      <code title={error_message ?? undefined}>{error_code ?? '–'}</code>
    ),
  },
];

const jobColumn: Column<Attempt> = {
  title: 'BigQuery job',
  cell: ({ attempt, job }) => {
    if (job == null) return '–';
    const page = pageOfJob(job);
    return (
      <div class="remarks">
        <CodeBlock label={`Job of attempt ${attempt}`} text={job.job_id} />
        {page !== undefined && (
          <a href={page} target="_blank" rel="noopener">
            Open it in BigQuery
          </a>
        )}
      </div>
    );
  },
};
