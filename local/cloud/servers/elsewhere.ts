import { once } from 'node:events';
import { connect } from 'node:net';
import type { ServersElsewhere } from './servers';

/**
 * Says which servers of somebody else are used.
 * @throws Error naming the variable where nothing listens at its address
 */
export async function greetServersElsewhere(
  { bigqueryUrl, pubsubHost }: ServersElsewhere,
  log: (line: string) => void,
): Promise<void> {
  if (bigqueryUrl !== undefined) {
    const { hostname, port, protocol } = new URL(bigqueryUrl);
    const standard = protocol === 'https:' ? 443 : 80;
    await greet('BIGQUERY_EMULATOR_HOST', bigqueryUrl, hostname, port === '' ? standard : Number(port), log);
  }
  if (pubsubHost !== undefined) {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(pubsubHost) ?? [];
    await greet('PUBSUB_EMULATOR_HOST', pubsubHost, host, Number(port), log);
  }
}

async function greet(
  variable: string,
  address: string,
  host: string,
  port: number,
  log: (line: string) => void,
): Promise<void> {
  const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
  try {
    await once(socket, 'connect');
  } catch (cause) {
    const message = `Nothing listens at ${address}, which ${variable} names: start it, or unset the variable`;
    throw new Error(message, { cause });
  } finally {
    socket.destroy();
  }
  log(`${variable} is set: ${address} is used, and no server of our own`);
}
