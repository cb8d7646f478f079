import type { Message, PubSub } from '@google-cloud/pubsub';
import { hostFunction } from '../../cloud/functions';
import { type FunctionCalls, functionCalls } from './function-calls';

export interface HostedForSmoke {
  readonly onboard: FunctionCalls;
  readonly run: FunctionCalls;
  readonly tenants: FunctionCalls;
  /** Hands the topic's messages to the worker from now on, as a push subscription would. */
  readonly startDelivering: () => void;
  readonly close: () => Promise<void>;
}

const adminKey = 'admin-key-of-a-smoke-test';

/**
 * Hosts the functions on this machine, over whatever the environment names. Pub/Sub cannot push to a laptop:
 * what the subscription has is pulled and posted to the worker. Once in a process.
 */
export async function hostForSmoke(
  pubsub: PubSub,
  names: { readonly runTopic: string; readonly eventTopic: string; readonly notifyTopic: string },
  settings: Readonly<Record<string, string>>,
): Promise<HostedForSmoke> {
  Object.assign(process.env, {
    RUN_TOPIC: names.runTopic,
    EVENT_TOPIC: names.eventTopic,
    NOTIFY_TOPICS: names.notifyTopic,
    ADMIN_API_KEY: adminKey,
    LOG_SEVERITY: 'ERROR',
    ANSWER_WITHIN_SECONDS: '60',
    ...settings,
  });
  const onboard = await hostFunction('onboard');
  const run = await hostFunction('run');
  const tenants = await hostFunction('tenants');
  const worker = await hostFunction('worker');
  const subscription = pubsub.topic(names.runTopic).subscription(names.runTopic, {
    flowControl: { maxMessages: 20, allowExcessMessages: false },
  });
  subscription.on('error', (error: Error) => console.error(`Pulling messages: ${error.message}`));
  const deliver = async (message: Message) => {
    const body = {
      subscription: subscription.name,
      message: {
        data: message.data.toString('base64'),
        attributes: message.attributes,
        messageId: message.id,
        publishTime: message.publishTime.toISOString(),
      },
    };
    const answer = await fetch(`http://127.0.0.1:${worker.port}/`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    if (answer?.ok) message.ack();
    else message.nack();
  };
  const apiOf = ({ port }: { readonly port: number }) => functionCalls(`http://127.0.0.1:${port}`, adminKey);
  return {
    onboard: apiOf(onboard),
    run: apiOf(run),
    tenants: apiOf(tenants),
    startDelivering: () => void subscription.on('message', (message: Message) => void deliver(message)),
    close: async () => {
      await subscription.close();
      await Promise.all([onboard, run, tenants, worker].map(({ close }) => close()));
    },
  };
}
