import type { Run } from '../../../client';
import { runPlace } from '../../app/places';
import { bytes, count, money } from '../../format/numbers';
import { FactList } from '../../ui/lists/fact-list';
import { Notice } from '../../ui/notice';
import { CodeBlock } from '../../ui/texts/code-block';
import { Time } from '../../ui/times';
import { shortId } from '../run-columns';
import { costOf } from '../run-facts';
import { CheckTable } from './check-table';
import type { DefinedStep } from './pipeline-shape';
import type { Bar } from './timeline';
import type { BytePrice } from './use-price';

interface StepDetailsProps {
  readonly run: Run;
  readonly step: Run['steps'][number];
  readonly needs: readonly string[];
  readonly bar: Bar | undefined;
  readonly defined: DefinedStep | undefined;
  readonly price: BytePrice | undefined;
}

/** All that is known of a step of a run. */
export function StepDetails({ run, step, needs, bar, defined, price }: StepDetailsProps) {
  const { step_id, status, error_code, error_message, warnings, reused_from } = step;
  const checks = run.checks.filter((check) => check.step_id === step_id);
  const isToldAbove = error_message !== null && error_message === run.error_message;
  const figure = (value: number | null, unit: (value: number) => string) =>
    value === null ? undefined : unit(value);
  const started = step.started_at ?? (bar === undefined ? null : new Date(bar.from).toISOString());
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
          {
            name: 'Cost',
            value:
              price && step.bytes_billed !== null
                ? money(costOf(step.bytes_billed, price.perTib), price.currency)
                : undefined,
          },
          { name: 'Attempts that have ended', value: count(step.attempts) },
          {
            name: status === 'RUNNING' && step.started_at === null ? 'Began about' : 'Began',
            value: started === null ? undefined : <Time at={started} />,
          },
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
      {defined?.sql != null && (
        <details>
          <summary>SQL, as the pipeline has it now</summary>
          <CodeBlock label={`SQL of ${step_id}`} text={defined.sql} />
        </details>
      )}
    </div>
  );
}
