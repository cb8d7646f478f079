import { type Client, createClient } from '../../../client';
import { CommandError, exitCodes } from '../../../client/cli';

/** The HTTP interface, for those who call it with different keys. */
export interface Clients {
  /** Makes admin calls, where they are open or there is a key for them. */
  readonly admin: Client;
  readonly ofTenant: (apiKey: string) => Client;
}

/** @param adminKey undefined or empty: admin calls need none */
export function createClients(baseUrl: string, adminKey: string | undefined): Clients {
  const ask = askLocal(baseUrl);
  return {
    admin: createClient({ baseUrl, adminKey: adminKey || undefined, fetch: ask }),
    ofTenant: (apiKey) => createClient({ baseUrl, apiKey, fetch: ask }),
  };
}

/** As fetch. Where nobody listens it says at once what to do: to ask again would not help. */
export const askLocal =
  (baseUrl: string): typeof fetch =>
  (...given) =>
    fetch(...given).catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
      const advice = `Nothing answers at ${baseUrl}: start the local cloud by npm start`;
      throw new CommandError(exitCodes.noAnswer, advice, { cause: error });
    });
