import type { Tenant } from '../../client';
import { currentSession } from '../app/session';
import { Chart } from '../chart/chart';
import { useCall } from '../data/use-call';
import { count } from '../format/numbers';
import { Section } from '../ui/page';
import { Shown } from '../ui/shown';

/** It costs a statement each time. */
const refreshMs = 300_000;

/** How many runs ran and waited at once over the last day, against the slots. */
export function ActivitySection({ tenant }: { readonly tenant: Tenant }) {
  const { tenant_id, quotas } = tenant;
  const activity = useCall(
    `showActivity ${tenant_id}`,
    (signal) =>
      currentSession().api.call('showActivity', {
        path: { tenant: tenant_id },
        query: { hours: 24 },
        signal,
      }),
    { everyMs: refreshMs },
  );
  return (
    <Section title="Runs at once, over the last day">
      <Shown of={activity} what="the last day" isChart>
        {({ points }) => {
          const most = Math.max(0, ...points.map(({ running }) => running));
          const mostQueued = Math.max(0, ...points.map(({ queued }) => queued));
          return (
            <>
              <p>
                {most === 0
                  ? 'No run was in flight.'
                  : `At most ${count(most)} ran at once${mostQueued === 0 ? '' : ` and ${count(mostQueued)} waited`}.`}
                {quotas.max_concurrent_pipelines !== null &&
                  ` ${count(quotas.max_concurrent_pipelines)} may (the line).`}
              </p>
              <Chart
                label="Runs at once"
                kind="steps"
                at={points.map(({ at }) => Date.parse(at) / 1_000)}
                series={[
                  { name: 'Running', values: points.map(({ running }) => running), colour: 'live' },
                  ...(mostQueued === 0
                    ? []
                    : [
                        {
                          name: 'Waiting',
                          values: points.map(({ queued }) => queued),
                          colour: 'waits' as const,
                        },
                      ]),
                ]}
                format={count}
                limit={quotas.max_concurrent_pipelines}
              />
            </>
          );
        }}
      </Shown>
    </Section>
  );
}
