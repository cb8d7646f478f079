import { currentSession, may } from '../app/session';
import { useAction } from '../data/use-action';
import { useFilters } from '../data/use-filters';
import { usePages } from '../data/use-pages';
import { duration } from '../format/numbers';
import { Choice } from '../ui/field';
import { ProblemNotice } from '../ui/notice';
import { Shown } from '../ui/shown';
import { Status } from '../ui/status';
import { type Column, More, Table } from '../ui/table';
import { Time } from '../ui/times';
import { type DeliveryAttempt, failureText } from './webhook-words';

interface DeliveriesSectionProps {
  readonly tenantId: string;
  readonly webhookId: string;
  /** How many tests were sent: the list is asked anew after each. */
  readonly version: number;
  readonly onSaid: (text: string) => void;
}

const outcomes = ['delivered', 'retrying', 'given_up'] as const;
const limit = 25;
/** It costs a statement each time. */
const refreshMs = 30_000;

/** Each attempt to deliver of the last 30 days, with what the endpoint answered. */
export function DeliveriesSection({ tenantId, webhookId, version, onSaid }: DeliveriesSectionProps) {
  const { query, change } = useFilters();
  const outcome = outcomes.find((known) => known === query.outcome);
  const path = { tenant: tenantId, webhook_id: webhookId };
  const list = usePages(
    `listWebhookDeliveries ${tenantId} ${webhookId} ${outcome} ${version}`,
    async (cursor, signal) => {
      const page = await currentSession().api.call('listWebhookDeliveries', {
        path,
        query: {
          limit,
          ...(outcome !== undefined && { outcome }),
          ...(cursor !== undefined && { cursor }),
        },
        signal,
      });
      return { rows: page.attempts, next: page.next_cursor };
    },
    { keyOf: ({ delivery_id, attempted_at }) => `${delivery_id} ${attempted_at}`, everyMs: refreshMs },
  );
  const again = useAction(async (deliveryId: string) => {
    await currentSession().api.call('redeliver', { path: { ...path, delivery_id: deliveryId } });
    onSaid(`${deliveryId} is on its way again, under the same id.`);
    list.loaded.askAgain();
  });
  return (
    <>
      <h3>Deliveries</h3>
      <div class="filters">
        <Choice
          label="Outcome"
          value={outcome ?? ''}
          onChange={(value) => change({ outcome: value })}
          options={[
            { value: '', text: 'Any outcome' },
            { value: 'delivered', text: 'Delivered' },
            { value: 'retrying', text: 'Retrying' },
            { value: 'given_up', text: 'Given up' },
          ]}
        />
      </div>
      {again.problem !== undefined && <ProblemNotice problem={again.problem} />}
      <Shown of={list.loaded} what="the deliveries">
        {(attempts) => (
          <>
            <Table
              caption="Deliveries"
              columns={may('manage') ? [...columns, redeliverColumn(again.start, again.isBusy)] : columns}
              rows={attempts}
              keyOf={({ delivery_id, attempted_at }) => `${delivery_id} ${attempted_at}`}
              empty={
                <p>
                  {outcome === undefined
                    ? 'Nothing was delivered to it in the last 30 days. A test shows whether it is well.'
                    : 'No attempt ended so. Look at any outcome.'}
                </p>
              }
            />
            <More of={list} what="deliveries" />
          </>
        )}
      </Shown>
    </>
  );
}

const columns: readonly Column<DeliveryAttempt>[] = [
  { title: 'When', cell: ({ attempted_at }) => <Time at={attempted_at} /> },
  {
    title: 'Event',
    cell: ({ event_type, delivery_id, attempt }) => (
      <>
        {event_type}
        {attempt > 1 && <span class="quiet"> · attempt {attempt}</span>}
        <div class="quiet">
          <code>{delivery_id}</code>
        </div>
      </>
    ),
  },
  { title: 'Outcome', cell: ({ outcome }) => <Status word={outcome} /> },
  {
    title: 'Answer',
    cell: ({ status, failure, answer }) => (
      <>
        {status === null ? 'none' : `HTTP ${status}`}
        {failure !== null && <div>{failureText(failure)}</div>}
        {answer !== null && answer !== '' && <pre class="answer">{answer}</pre>}
      </>
    ),
  },
  { title: 'Took', isNumber: true, cell: ({ duration_ms }) => duration(duration_ms) },
];

const redeliverColumn = (start: (deliveryId: string) => void, isBusy: boolean): Column<DeliveryAttempt> => ({
  title: 'Again',
  cell: ({ delivery_id, event_type }) => (
    <div class="row-actions">
      <button
        type="button"
        disabled={isBusy}
        onClick={() => start(delivery_id)}
        aria-label={`Redeliver ${event_type} ${delivery_id}`}
      >
        Redeliver
      </button>
    </div>
  ),
});
