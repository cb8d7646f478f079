import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import {
  type ControlDatasetSettings,
  createControlDataset,
} from '../../shared/google/bigquery/tables/control-dataset';
import { createReadWebhooks } from '../../shared/google/bigquery/tables/read-webhooks';
import { createPublishDeliveries } from '../../shared/google/pubsub/publish-deliveries';
import {
  createPublishTenantEvents,
  type EventSettings,
} from '../../shared/google/pubsub/publish-tenant-events';
import type { Route } from '../../shared/http/route';
import type { HttpsRequest } from '../../shared/internet/https-request';
import type { Log } from '../../shared/log';
import type { Clock } from '../../shared/support/clock';
import type { WebhookSecrets } from '../../shared/webhooks/rules/webhook-secret';
import { createDeliveryPlaces, type PlaceLimits } from './delivery-places';
import { createEndpointHealth } from './endpoint-health';
import { deliverEventsRoutes } from './handler';
import { createKnownWebhooks } from './known-webhooks';
import { createPostEvent } from './post-event';

export interface DeliverEventsSetUp {
  readonly control: ControlDatasetSettings;
  /** From which the secrets of webhooks follow. */
  readonly webhookSecrets: WebhookSecrets | undefined;
  /** Where what is to be delivered is published. */
  readonly deliveryTopic: string;
  /** Where that is published which has to come again. */
  readonly retryTopic: string;
  /** Where webhook.disabled is published. */
  readonly events: EventSettings | undefined;
  /** How endpoints are reached. */
  readonly request: HttpsRequest;
  /** How long an endpoint has to answer. In milliseconds. */
  readonly longestAnswerMs?: number | undefined;
  /** How many deliveries are made at once. */
  readonly places?: PlaceLimits | undefined;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

const usualAnswerMs = 10_000;
/** An instance takes 80 pushes at once (deploy.sh): so there is room for events, and for what is refused. */
const usualPlaces: PlaceLimits = { ofWebhook: 10, ofFailingWebhook: 2, ofTenant: 20, inAll: 60 };

/** Puts the function together: which part uses which client, and the routes over them. */
export function composeDeliverEvents(setUp: DeliverEventsSetUp): readonly Route[] {
  const { control, clock, log } = setUp;
  const bigquery = createBigQuery();
  const withoutRetries = createBigQueryWithoutRetries();
  const webhooks = createKnownWebhooks(createReadWebhooks(bigquery, control.name, log), clock.monotonicMs);
  const health = createEndpointHealth({
    runStatement: createRunStatement(bigquery),
    controlDataset: control.name,
    publishEvents: createPublishTenantEvents(setUp.events, withoutRetries),
    webhooks,
    clock,
    log,
  });
  return deliverEventsRoutes({
    webhooks,
    webhookSecrets: setUp.webhookSecrets,
    publishDeliveries: createPublishDeliveries(setUp.deliveryTopic, withoutRetries),
    publishRetries: createPublishDeliveries(setUp.retryTopic, withoutRetries),
    inPlace: createDeliveryPlaces(setUp.places ?? usualPlaces),
    postEvent: createPostEvent(setUp.request, setUp.longestAnswerMs ?? usualAnswerMs),
    append: createControlDataset(bigquery, control).append,
    health,
    newId: setUp.newId,
    clock,
    log,
  });
}
