import type { BigQuery } from '@google-cloud/bigquery';
import type { OperationMessage } from '../../operations/rules/operation-identity';
import { traceAttributes } from '../../telemetry/context';
import { createPublishInTime } from './publish-in-time';
import { messageData } from './publish-messages';

/** Resolves once Pub/Sub has the message. Throws Pub/Sub's error, after 5 s at the latest. */
export type PublishOperation = (message: OperationMessage) => Promise<void>;

/** Publishes to the topic that has operations worked on. A message may come twice, which does no harm. */
export function createPublishOperation(topicName: string, client?: BigQuery): PublishOperation {
  const publish = createPublishInTime(topicName, client);
  return (message) =>
    publish(() => {
      const { operation_id } = message;
      return [{ data: messageData(message), attributes: { operation_id, ...traceAttributes() } }];
    });
}
