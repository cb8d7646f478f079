import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import type { Client, DryRun, Pipeline, Run } from '../../../client';
import { runPlace } from '../../app/places';
import { may } from '../../app/session';
import { useTenantClient } from '../../app/use-tenant-client';
import { useAction } from '../../data/use-action';
import { withWishKey } from '../../data/wish-key';
import { Checkbox, Field } from '../../ui/field';
import { ProblemNotice } from '../../ui/notice';
import { Section } from '../../ui/page';
import { ParameterFields } from './parameter-fields';
import { haveExamples, type ParameterTexts, readParameters, textsAtFirst } from './parameters';
import { PlanView } from './plan-view';

interface StartFormProps {
  readonly tenantId: string;
  readonly pipeline: Pipeline;
  /** Values of another run to begin with; where they come later they are offered. */
  readonly given?: Run['parameters'];
}

/** What was tried, and with which values. */
interface Tried {
  readonly of: string;
  readonly plan: DryRun;
}

/** Starts a run. What it would do and cost can be seen first: that starts and costs nothing. */
export function StartForm({ tenantId, pipeline, given: before }: StartFormProps) {
  const { route, query } = useLocation();
  const { parameters: definitions, watermark: ownWatermark } = pipeline;
  const [texts, setTexts] = useState<ParameterTexts>(() =>
    textsAtFirst(definitions, query.with === 'example', before ?? {}),
  );
  const [isWithout] = useState(before === undefined);
  const [isTried, setTried] = useState(false);
  const [plan, setPlan] = useState<Tried>();
  const [priority, setPriority] = useState('');
  const [ttl, setTtl] = useState('');
  const [watermark, setWatermark] = useState('');
  const [isRecorded, setRecorded] = useState(false);
  const { asTenant, keyDialog } = useTenantClient(tenantId, 'Starting a run');

  const { values, errors } = readParameters(definitions, texts);
  const given = { parameters: values, ...(watermark !== '' && { watermark }) };
  const name = JSON.stringify(given);
  const tryOut = useAction(async (client: Client) => {
    setPlan({ of: name, plan: await client.planRun(tenantId, pipeline.pipeline, given) });
  });
  const start = useAction(async (client: Client) => {
    const wish = {
      ...given,
      ...(priority !== '' && { priority: Number(priority) }),
      ...(ttl !== '' && { queueTtlSeconds: Number(ttl) }),
      ...(watermark !== '' && isRecorded && { recordWatermark: true }),
    };
    const started = await withWishKey([tenantId, pipeline.pipeline, wish], (idempotencyKey) =>
      client.startRun(tenantId, pipeline.pipeline, { ...wish, idempotencyKey }),
    );
    route(runPlace(tenantId, started.run_id));
  });
  const attempt = (act: (client: Client) => void) => {
    // The buttons keep the focus while one is busy, so both can still be pressed.
    if (tryOut.isBusy || start.isBusy) return;
    setTried(true);
    if (errors.size === 0) asTenant(act);
  };
  if (!may('run'))
    return (
      <Section title="Start a run">
        <p class="quiet">Your key has not the scope run, which starting a run takes.</p>
      </Section>
    );
  const isPlanned = plan?.of === name;
  const problem = start.problem ?? tryOut.problem;
  return (
    <Section title="Start a run">
      <form
        class="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          attempt(isPlanned ? start.start : tryOut.start);
        }}
      >
        {Object.keys(definitions).length === 0 && <p class="quiet">It takes no parameters.</p>}
        <div class="columns">
          <ParameterFields
            definitions={definitions}
            texts={texts}
            errors={isTried ? errors : new Map()}
            onChange={setTexts}
          />
        </div>
        <details>
          <summary>More: its place in the queue{ownWatermark !== null && ', its watermark'}</summary>
          <div class="columns">
            <Field
              label="Priority"
              type="number"
              min="0"
              max="3600"
              value={priority}
              onChange={setPriority}
              hint="Seconds of head start where it has to wait: 0 to 3600."
            />
            <Field
              label="Waits at most, in seconds"
              type="number"
              min="1"
              value={ttl}
              onChange={setTtl}
              hint={`Then it ends as failed. ${pipeline.queue_ttl_seconds} unless given.`}
            />
            {ownWatermark !== null && (
              <Field
                label="Watermark"
                value={watermark}
                onChange={setWatermark}
                hint={`Where it begins, a ${ownWatermark.type}. Empty: where the last run has come to.`}
              />
            )}
            {ownWatermark !== null && watermark !== '' && (
              <Checkbox
                label="Record how far it comes"
                isChecked={isRecorded}
                onChange={setRecorded}
                hint="Else the next run begins where it would have begun without this one."
              />
            )}
          </div>
        </details>
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <div class="form-end">
          <button
            type={isPlanned ? 'button' : 'submit'}
            class={isPlanned ? undefined : 'main'}
            aria-disabled={tryOut.isBusy || start.isBusy}
            aria-busy={tryOut.isBusy}
            onClick={isPlanned ? () => attempt(tryOut.start) : undefined}
          >
            {tryOut.isBusy ? 'Trying …' : 'Dry run: what would it cost?'}
          </button>
          <button
            type={isPlanned ? 'submit' : 'button'}
            class={isPlanned ? 'main' : undefined}
            aria-disabled={tryOut.isBusy || start.isBusy}
            aria-busy={start.isBusy}
            onClick={isPlanned ? undefined : () => attempt(start.start)}
          >
            {start.isBusy ? 'Starting …' : 'Start the run'}
          </button>
          {isWithout && before && (
            <button
              type="button"
              class="plain"
              onClick={() => setTexts(textsAtFirst(definitions, false, before))}
            >
              Fill in the other run’s values
            </button>
          )}
          {haveExamples(definitions) && (
            <button type="button" class="plain" onClick={() => setTexts(textsAtFirst(definitions, true))}>
              Fill in the example
            </button>
          )}
        </div>
      </form>
      {keyDialog}
      {plan !== undefined && isPlanned && <PlanView plan={plan.plan} />}
    </Section>
  );
}
