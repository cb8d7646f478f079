import { createClient } from '../client';
import type { GivenOptions } from './arguments/options';
import { CommandError, exitCodes, wrongUse } from './exit-codes';
import type { Environment, Terminal } from './output/terminal';
import type { Connection, ConnectionRequest, Located, Surroundings } from './surroundings';
import type { CommonOption } from './word';

/** As options say, or else the environment. Of a variable that is set to nothing nothing is known. */
export const connectionRequest = (
  given: GivenOptions<CommonOption>,
  environment: Environment,
): ConnectionRequest => ({
  url: given.text('url') ?? (environment.TENANT_PIPELINES_URL || undefined),
  apiKey: given.text('key') ?? (environment.TENANT_PIPELINES_KEY || undefined),
  tenant: given.text('tenant') ?? (environment.TENANT_PIPELINES_TENANT || undefined),
});

/** @throws CommandError where it is not said with what, or as whom */
export async function connectTo(
  given: GivenOptions<string>,
  { environment, interrupted, addition }: Surroundings,
  terminal: Terminal,
): Promise<Connection> {
  const request = connectionRequest(given, environment);
  const located =
    request.url === undefined && addition
      ? await addition.locate(request, given, terminal)
      : locatedBy(request);
  const { url, apiKey, tenant, fetch: send = fetch, rows } = located;
  // A key that no header can carry was cut or pasted wrong. It is not told: it may be one all the same.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw wrongUse('The API key has blanks or letters that no key has');
  if (isUnencrypted(url)) terminal.note(`${url} is not https: the key can be read on its way`);
  return {
    client: createClient({ baseUrl: url, apiKey, fetch: carefulFetch(send, interrupted) }),
    tenant: () => tenant ?? tenantOfKey(apiKey),
    rows,
  };
}

function locatedBy({ url, apiKey, tenant }: ConnectionRequest): Located {
  if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    const told = url === undefined ? 'nothing' : `'${url}'`;
    throw wrongUse(
      `--url or TENANT_PIPELINES_URL: expected a URL like https://api.example.com, given ${told}`,
    );
  }
  if (apiKey === undefined) {
    throw wrongUse("TENANT_PIPELINES_KEY or --key: expected a tenant's API key, given nothing");
  }
  return { url, apiKey, tenant };
}

/**
 * What only reads ends with Ctrl-C; what changes something is heard to its end: one wants to know what became of it.
 * No redirection is followed: fetch would send the key on to whatever host it names.
 */
export const carefulFetch =
  (send: typeof fetch, interrupted: AbortSignal): typeof fetch =>
  (address, init) =>
    send(address, {
      ...init,
      redirect: 'manual',
      ...(init?.method === 'GET' && !init.signal && { signal: interrupted }),
    });

/** Whether a key would go through a network as it is. */
export function isUnencrypted(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** A key is `<tenant>_api_<secret><checksum>`. @throws CommandError where it is not */
export function tenantOfKey(apiKey: string): string {
  const tenant = /^(\w+)_api_[0-9A-Za-z]+$/.exec(apiKey)?.[1];
  if (tenant === undefined) {
    throw wrongUse(
      '--tenant or TENANT_PIPELINES_TENANT: expected the id of a tenant, which the key does not say',
    );
  }
  return tenant;
}

/** What to say of a call that nobody answered. */
export function noAnswer(error: TypeError): CommandError {
  const { cause } = error;
  const reason =
    cause instanceof Error ? ('code' in cause && String(cause.code)) || cause.message : error.message;
  return new CommandError(exitCodes.noAnswer, `Nothing answers there (${reason}): is --url right?`, {
    cause: error,
  });
}
