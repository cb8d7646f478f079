import { useRoute } from 'preact-iso/router';
import type { Run } from '../../../client';
import { pipelinePlace, runsPlace, tenantPlace } from '../../app/places';
import { useTenantId } from '../../app/use-tenant-id';
import { usePipeline } from '../../pipelines/use-catalogue';
import { Notice, ProblemNotice } from '../../ui/notice';
import { Page, Section } from '../../ui/page';
import { Waiting } from '../../ui/shown';
import { Status } from '../../ui/status';
import { CodeBlock } from '../../ui/texts/code-block';
import { shortId } from '../run-columns';
import { isInFlight, runWord } from '../run-facts';
import { CheckTable } from './check-table';
import { HearingLine } from './hearing-line';
import { shapeOf } from './pipeline-shape';
import { RunActions } from './run-actions';
import { RunResults } from './run-results';
import { RunFigures, RunOrigin } from './run-summary';
import { TimelineView } from './timeline-view';
import { useLiveRun } from './use-live-run';

/** A run: how it goes while it goes, and afterwards why it ended as it did. */
export function RunPage() {
  const tenantId = useTenantId();
  const runId = useRoute().params.run ?? '';
  const { answer: run, problem, hearing, askAgain } = useLiveRun(tenantId, runId);
  return (
    <Page
      title={`Run ${shortId(runId)}`}
      above={[
        { text: tenantId, href: tenantPlace(tenantId) },
        { text: 'Runs', href: runsPlace(tenantId) },
      ]}
      actions={run !== undefined && <RunActions run={run} onChanged={askAgain} />}
    >
      {problem !== undefined && <ProblemNotice problem={problem} onRetry={askAgain} isRetried />}
      {run === undefined ? (
        problem === undefined && <Waiting what="the run" />
      ) : (
        <>
          <p class="run-line">
            <Status word={runWord(run.status)} />
            <a href={pipelinePlace(tenantId, run.pipeline)}>{run.pipeline}</a>
            {isInFlight(run) && problem === undefined && <HearingLine hearing={hearing} onLook={askAgain} />}
          </p>
          <ShownRun run={run} />
        </>
      )}
    </Page>
  );
}

function ShownRun({ run }: { readonly run: Run }) {
  const { pipeline, steps, checks, warnings } = run;
  const defined = usePipeline(pipeline);
  const shape = defined.answer === undefined ? undefined : shapeOf(defined.answer.steps);
  // A step that failed is open, with its checks.
  const failed = new Set(steps.flatMap(({ step_id, status }) => (status === 'FAILED' ? [step_id] : [])));
  const otherChecks = checks.filter(({ step_id }) => !failed.has(step_id));
  const notReached = isInFlight(run)
    ? []
    : [...(shape?.steps.keys() ?? [])].filter((id) => !steps.some(({ step_id }) => step_id === id));
  return (
    <>
      <RunFigures run={run} />
      <WhyItFailed run={run} />
      {warnings.length > 0 && (
        <Notice kind="warning" title={warnings.length === 1 ? 'A warning' : `${warnings.length} warnings`}>
          <ul>
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Notice>
      )}
      <Section title="Steps">
        <TimelineView run={run} shape={shape} />
        {notReached.length > 0 && (
          <p class="quiet small">Not begun, by the pipeline as it is now: {notReached.join(', ')}.</p>
        )}
      </Section>
      {otherChecks.length > 0 && (
        <Section title="Checks">
          <CheckTable caption="Checks of the run" checks={otherChecks} />
        </Section>
      )}
      {run.status === 'COMPLETED' ||
      (!isInFlight(run) && steps.some(({ status }) => status === 'COMPLETED')) ? (
        <RunResults run={run} />
      ) : null}
      <RunOrigin run={run} />
    </>
  );
}

/** The run's own error, in full. */
function WhyItFailed({ run: { status, error_code, error_message, failed_step } }: { readonly run: Run }) {
  if (error_code === null && error_message === null) return null;
  const where = failed_step === null ? '' : ` in the step ${failed_step}`;
  return (
    <Notice
      kind={status === 'CANCELLED' ? 'warning' : 'error'}
      title={
        status === 'CANCELLED'
          ? 'It was cancelled'
          : `It failed${where}: ${error_code ?? 'for a reason without a code'}`
      }
    >
      {error_message !== null && <CodeBlock label="Error of the run" text={error_message} />}
    </Notice>
  );
}
