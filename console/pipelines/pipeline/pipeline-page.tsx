import { useState } from 'preact/hooks';
import { useRoute } from 'preact-iso/router';
import type { Pipeline } from '../../../client';
import { pipelinesPlace, tenantPagePlace, tenantPlace } from '../../app/places';
import { currentSession, may, seenAs } from '../../app/session';
import { useTenantId } from '../../app/use-tenant-id';
import { useCall } from '../../data/use-call';
import { useFilters } from '../../data/use-filters';
import { count, duration } from '../../format/numbers';
import { FollowedOperation } from '../../operations/followed-operation';
import { FactList } from '../../ui/lists/fact-list';
import { Page, Section } from '../../ui/page';
import { Shown } from '../../ui/shown';
import { Ago } from '../../ui/times';
import { SuccessRate } from '../success-rate';
import { usePipeline, usePipelineFigures } from '../use-catalogue';
import { BackfillDialog } from './backfill-dialog';
import { DagView } from './dag-view';
import { dateParameters } from './parameters';
import { RecentRuns } from './recent-runs';
import { StartForm } from './start-form';
import { StepList } from './step-list';

/** What a pipeline does, how its runs went, and where they are started. */
export function PipelinePage() {
  const tenantId = useTenantId();
  const { provider = '', domain = '', pipeline: name = '' } = useRoute().params;
  const path = `${provider}/${domain}/${name}`;
  const pipeline = usePipeline(path);
  const { query, change } = useFilters();
  const [isBackfilling, setBackfilling] = useState(false);
  const { operation } = query;
  return (
    <Page
      title={path}
      above={[
        { text: tenantId, href: tenantPlace(tenantId) },
        { text: 'Pipelines', href: pipelinesPlace(tenantId) },
      ]}
      actions={
        may('run') &&
        pipeline.answer !== undefined && (
          <>
            {may('manage') && (
              <a
                class="button"
                href={`${tenantPagePlace(tenantId, 'schedules')}?make=yes&pipeline=${encodeURIComponent(path)}`}
              >
                Schedule it
              </a>
            )}
            {dateParameters(pipeline.answer.parameters).length > 0 && (
              <button type="button" onClick={() => setBackfilling(true)}>
                Backfill …
              </button>
            )}
          </>
        )
      }
    >
      {operation !== undefined && (
        <FollowedOperation
          key={operation}
          tenantId={tenantId}
          operationId={operation}
          onClose={() => change({ operation: undefined })}
        />
      )}
      <Shown of={pipeline} what="the pipeline">
        {(answer) => (
          <>
            <ShownPipeline tenantId={tenantId} pipeline={answer} />
            {isBackfilling && (
              <BackfillDialog
                tenantId={tenantId}
                pipeline={answer}
                onClose={() => setBackfilling(false)}
                onStarted={(operationId) => {
                  setBackfilling(false);
                  change({ operation: operationId });
                }}
              />
            )}
          </>
        )}
      </Shown>
    </Page>
  );
}

interface ShownPipelineProps {
  readonly tenantId: string;
  readonly pipeline: Pipeline;
}

function ShownPipeline({ tenantId, pipeline }: ShownPipelineProps) {
  const { description, steps, watermark } = pipeline;
  const { like } = useFilters().query;
  // Other values are another form.
  const key = `${tenantId} ${pipeline.pipeline} ${like}`;
  return (
    <>
      <p class="description">{description}</p>
      <Figures tenantId={tenantId} path={pipeline.pipeline} />
      {like === undefined ? (
        <StartForm key={key} tenantId={tenantId} pipeline={pipeline} />
      ) : (
        <StartLike key={key} tenantId={tenantId} pipeline={pipeline} like={like} />
      )}
      <RecentRuns tenantId={tenantId} path={pipeline.pipeline} />
      <Section title="What it does">
        <DagView steps={steps} />
        <StepList steps={steps} />
      </Section>
      <Section title="How it is run">
        <FactList
          facts={[
            { name: 'Ends after', value: duration(pipeline.timeout_seconds * 1_000) },
            { name: 'Slots that a run takes', value: count(pipeline.slots) },
            { name: 'Where the slots are full', value: atLimitInWords[pipeline.at_limit] },
            { name: 'Waits in the queue at most', value: duration(pipeline.queue_ttl_seconds * 1_000) },
            {
              name: 'At once',
              value:
                pipeline.concurrency === null
                  ? undefined
                  : `${pipeline.concurrency.limit} for each ${pipeline.concurrency.key}`,
            },
            {
              name: 'Reads tables of',
              value: pipeline.needs_pipeline.length === 0 ? undefined : pipeline.needs_pipeline.join(', '),
            },
            {
              name: 'Watermark',
              value: watermark === null ? undefined : `${watermark.type}, ${watermark.initial} at first`,
            },
          ]}
        />
      </Section>
    </>
  );
}

interface StartLikeProps extends ShownPipelineProps {
  /** The id of the other run. */
  readonly like: string;
}

/** The form with the values of another run. */
function StartLike({ tenantId, pipeline, like }: StartLikeProps) {
  const run = useCall(`parameters of ${tenantId} ${like}`, async (signal) => {
    const { parameters } = await currentSession().api.call('showRun', {
      path: { run_id: like },
      query: { ...seenAs(tenantId) },
      signal,
    });
    return { given: parameters ?? {} };
  });
  return (
    // While it cannot be seen, the form stands without its values, and goes on when they come.
    <Shown
      of={{ ...run, answer: run.answer ?? (run.problem && { given: undefined }) }}
      what="the values of the other run"
    >
      {({ given }) => <StartForm tenantId={tenantId} pipeline={pipeline} given={given} />}
    </Shown>
  );
}

const atLimitInWords: Readonly<Record<Pipeline['at_limit'], string>> = {
  refuse: 'it is refused',
  queue: 'it waits in the tenant’s queue, if there is one',
  cancel_oldest: 'it takes the place of this pipeline’s oldest run',
};

interface OfTenant {
  readonly tenantId: string;
  /** provider/domain/pipeline */
  readonly path: string;
}

function Figures({ tenantId, path }: OfTenant) {
  const statistics = usePipelineFigures(tenantId);
  return (
    <Section title="The last 30 days">
      <Shown of={statistics} what="its figures">
        {({ pipelines }) => {
          const figures = pipelines.find(({ pipeline }) => pipeline === path);
          if (figures === undefined)
            return <p class="quiet">No run of it has ended. Start the first below.</p>;
          return (
            <FactList
              isLarge
              facts={[
                { name: 'Runs', value: count(figures.runs) },
                { name: 'Success', value: <SuccessRate figures={figures} /> },
                { name: 'Median duration', value: figures.p50_ms === null ? '–' : duration(figures.p50_ms) },
                { name: '95 % stay below', value: figures.p95_ms === null ? '–' : duration(figures.p95_ms) },
                { name: 'Last run', value: <Ago at={figures.last_run_at} /> },
              ]}
            />
          );
        }}
      </Shown>
    </Section>
  );
}
