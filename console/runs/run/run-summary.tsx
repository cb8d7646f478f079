import type { Run } from '../../../client';
import { pipelinePlace, runPlace, runsPlace } from '../../app/places';
import { may } from '../../app/session';
import { useNow } from '../../data/use-now';
import { bytes, count, duration } from '../../format/numbers';
import { FactList } from '../../ui/lists/fact-list';
import { Section } from '../../ui/page';
import { CodeBlock } from '../../ui/texts/code-block';
import { Time } from '../../ui/times';
import { shortId } from '../run-columns';
import { costOf, isInFlight, tookMs, triggerWord, waitedMs } from '../run-facts';

const orNone = (value: number | null, unit: (value: number) => string) =>
  value === null ? '–' : unit(value);

/** The run's figures: while it runs, those of its steps so far. */
export function RunFigures({ run }: { readonly run: Run }) {
  const now = useNow(isInFlight(run), 1_000);
  const { queue, steps } = run;
  const tookSoFar = tookMs(run, now);
  // Whole seconds while it runs: its end is heard of a moment late, and the time would go back.
  const took =
    tookSoFar !== null && isInFlight(run) ? Math.floor(tookSoFar / 1_000) * 1_000 || null : tookSoFar;
  const waited = waitedMs(run, now);
  const figure = (name: 'rows_written' | 'bytes_processed' | 'bytes_billed') =>
    (isInFlight(run) ? null : run[name]) ??
    (steps.some((step) => step[name] !== null)
      ? steps.reduce((sum, step) => sum + (step[name] ?? 0), 0)
      : null);
  const billed = figure('bytes_billed');
  return (
    <section class="card" aria-label="Figures">
      <FactList
        isLarge
        facts={[
          { name: isInFlight(run) ? 'Runs for' : 'Took', value: took === null ? '–' : duration(took) },
          {
            name: run.status === 'QUEUED' ? 'Waits for' : 'Waited in the queue',
            value: waited === null ? undefined : duration(waited),
          },
          { name: 'Place in the queue', value: queue === null ? undefined : count(queue.place) },
          {
            name: 'Begins in about',
            value:
              queue?.estimated_wait_seconds == null
                ? undefined
                : duration(queue.estimated_wait_seconds * 1_000),
          },
          { name: 'Rows written', value: orNone(figure('rows_written'), count) },
          { name: 'Bytes processed', value: orNone(figure('bytes_processed'), bytes) },
          { name: 'Bytes billed', value: orNone(billed, bytes) },
          { name: 'Cost', value: costOf(billed, run) },
        ]}
      />
    </section>
  );
}

/** Where the run comes from: who started it, when and with what; and the runs that belong to it. */
export function RunOrigin({ run }: { readonly run: Run }) {
  const { tenant_id, started_by, parameters, rerun_of, reruns, operation_id } = run;
  const link = (runId: string) => (
    <a href={runPlace(tenant_id, runId)} title={runId}>
      <code>{shortId(runId)}</code>
    </a>
  );
  return (
    <Section
      title="Parameters and origin"
      actions={
        may('run') && (
          <a href={`${pipelinePlace(tenant_id, run.pipeline)}?like=${run.run_id}`}>Start another like it</a>
        )
      }
    >
      {parameters === null || Object.keys(parameters).length === 0 ? (
        <p class="quiet">It has no parameters.</p>
      ) : (
        <dl class="parameters">
          {Object.entries(parameters).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                {value === null ? (
                  <span class="quiet">not given</span>
                ) : (
                  <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <FactList
        facts={[
          {
            name: 'Started by',
            value:
              started_by === null ? (
                triggerWord(run.trigger)
              ) : (
                <>
                  {started_by.actor_kind}{' '}
                  <span title={started_by.actor}>{started_by.name ?? started_by.actor}</span>
                </>
              ),
          },
          { name: 'From the address', value: started_by?.address },
          { name: 'Trigger', value: triggerWord(run.trigger) },
          {
            name: 'Request id',
            value: started_by?.request_id == null ? undefined : <code>{started_by.request_id}</code>,
          },
          { name: 'Admitted', value: <Time at={run.admitted_at} /> },
          {
            name: 'Left the queue',
            value: run.handed_on_at === null ? undefined : <Time at={run.handed_on_at} />,
          },
          { name: 'Began', value: run.started_at === null ? undefined : <Time at={run.started_at} /> },
          { name: 'Ended', value: run.ended_at === null ? undefined : <Time at={run.ended_at} /> },
          {
            name: 'Lease ends',
            value: run.lease_expires_at === null ? undefined : <Time at={run.lease_expires_at} />,
          },
          {
            name: 'Waits at most until',
            value: run.queue?.until == null ? undefined : <Time at={run.queue.until} />,
          },
          { name: 'Watermark', value: run.watermark },
          { name: 'Watermark it began with', value: run.watermark_from },
          { name: 'Does again', value: rerun_of === null ? undefined : link(rerun_of) },
          {
            name: 'Done again by',
            value: reruns.length === 0 ? undefined : reruns.map((id) => <span key={id}>{link(id)} </span>),
          },
          {
            name: 'Operation',
            value:
              operation_id === null ? undefined : (
                <a href={`${runsPlace(tenant_id)}?operation=${encodeURIComponent(operation_id)}`}>
                  <code>{shortId(operation_id)}</code>
                </a>
              ),
          },
        ]}
      />
      <details>
        <summary>Whole ids</summary>
        <CodeBlock label="Run id" text={run.run_id} />
        {started_by?.name != null && (
          <CodeBlock label="Id of the key that started it" text={started_by.actor} />
        )}
      </details>
    </Section>
  );
}
