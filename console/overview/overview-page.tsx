import { useEffect, useState } from 'preact/hooks';
import type { Overview } from '../../client';
import { currentSession } from '../app/session';
import { Chart } from '../chart/chart';
import { useCall } from '../data/use-call';
import { count, percent } from '../format/numbers';
import { FactList } from '../ui/lists/fact-list';
import { Notice } from '../ui/notice';
import { Page, Section } from '../ui/page';
import { Shown } from '../ui/shown';
import { Ago } from '../ui/times';
import { FailingPipelines } from './failing-pipelines';
import { FullQuotas } from './full-quotas';
import { Refusals } from './refusals';
import { hourlyChart, lastDay } from './run-sums';
import { TenantsRead } from './tenants-read';
import { type FirstTenant, Welcome } from './welcome';

const everyMs = 30_000;
/** Where there is no tenant yet, there soon will be. */
const everyMsAtFirst = 3_000;

/** All tenants at a glance: what runs, what fails, who is at a limit, and whether the books are right. */
export function OverviewPage() {
  const { api } = currentSession();
  const [isEmpty, setEmpty] = useState(false);
  // Its key is shown only once: it stays until the page is left.
  const [made, setMade] = useState<FirstTenant>();
  const overview = useCall('overview', (signal) => api.call('showOverview', { signal }), {
    everyMs: isEmpty ? everyMsAtFirst : everyMs,
  });
  const tenantsRead = overview.answer?.tenants.read;
  useEffect(() => setEmpty(tenantsRead === 0), [tenantsRead]);
  const isNew = made !== undefined || tenantsRead === 0;
  return (
    <Page title={isNew ? 'Welcome' : 'Overview'}>
      <Shown of={overview} what="the overview">
        {(answer) => (isNew ? <Welcome made={made} onMade={setMade} /> : <WholeOverview overview={answer} />)}
      </Shown>
    </Page>
  );
}

function WholeOverview({ overview }: { readonly overview: Overview }) {
  const { running, queued, tenants, runs_by_hour, near_quota, refusals, failing_pipelines } = overview;
  const { ended, failed } = lastDay(runs_by_hour);
  return (
    <>
      <Health overview={overview} />
      <Section title="Now">
        <FactList
          isLarge
          facts={[
            { name: 'Runs with a slot', value: count(running) },
            { name: 'Waiting in queues', value: count(queued) },
            { name: 'Active tenants', value: count(tenants.active) },
            { name: 'Suspended tenants', value: count(tenants.suspended) },
            { name: 'Ended in 24 hours', value: count(ended) },
            { name: 'Of these failed', value: ended === 0 ? '–' : percent(failed / ended) },
          ]}
        />
        <TenantsRead tenants={tenants} />
      </Section>
      <Section title="Runs that ended, by hour">
        <Chart label="Runs that ended, by hour" kind="bars" format={count} {...hourlyChart(runs_by_hour)} />
      </Section>
      <Section title="Pipelines that fail">
        <FailingPipelines pipelines={failing_pipelines} />
        <p class="quiet small">
          Ended runs are counted every five minutes.{' '}
          <a href="/runs?status=FAILED">Runs that failed until now</a>
        </p>
      </Section>
      <div class="columns">
        <Section title="Tenants nearest their quotas">
          <FullQuotas quotas={near_quota} />
        </Section>
        <Section title="Refused calls">
          <Refusals refusals={refusals} />
        </Section>
      </div>
    </>
  );
}

/** What an operator has to know before all else: it says so where everything is well, too. */
function Health({ overview: { conservation, dead_letters } }: { readonly overview: Overview }) {
  const repaired = conservation?.repaired ?? [];
  return (
    <div class="columns">
      {conservation === null ? (
        <Notice kind="warning" title="The counters have not been checked in the last day">
          <p>
            reconcile does so every five minutes, beginning some minutes after the deployment. If this stays,
            see whether it is scheduled, and its log.
          </p>
        </Notice>
      ) : repaired.length > 0 ? (
        <Notice kind="error" title="Counters were wrong, and were repaired">
          <ul>
            {repaired.map(({ tenant_id, checked_at }) => (
              <li key={`${tenant_id} ${checked_at}`}>
                <a href={`/tenants/${encodeURIComponent(tenant_id)}`}>{tenant_id}</a>, <Ago at={checked_at} />
              </li>
            ))}
          </ul>
          <p>This must not happen: look for the reason in reconcile’s log.</p>
        </Notice>
      ) : (
        <Notice
          kind={conservation.failed > 0 ? 'warning' : 'good'}
          title={conservation.failed > 0 ? 'Not all counters could be checked' : 'All counters are right'}
        >
          <p>
            Checked <Ago at={conservation.checked_at} />, at {count(conservation.tenants)} tenants
            {conservation.failed > 0 && `; ${count(conservation.failed)} others could not be checked`}.
          </p>
        </Notice>
      )}
      {dead_letters !== null &&
        (dead_letters.count > 0 ? (
          <Notice kind="warning" title={`${count(dead_letters.count)} messages were given up in 24 hours`}>
            <p>
              The last one <Ago at={dead_letters.last_at} />. Their runs are ended by reconcile; the worker’s
              log says why.
            </p>
          </Notice>
        ) : (
          <Notice kind="good" title="No message was given up">
            <p>In the last 24 hours.</p>
          </Notice>
        ))}
    </div>
  );
}
