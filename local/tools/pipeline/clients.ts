import { type Client, createClient } from '../../../client';

/** The HTTP interface, for those who call it with different keys. */
export interface Clients {
  /** Makes admin calls, where they are open or there is a key for them. */
  readonly admin: Client;
  readonly ofTenant: (apiKey: string) => Client;
}

/** @param adminKey undefined or empty: admin calls need none */
export function createClients(baseUrl: string, adminKey: string | undefined): Clients {
  const ask: typeof fetch = (...given) =>
    fetch(...given).catch((error: unknown) => {
      throw new Error(`Nothing answers at ${baseUrl}: start the local cloud by npm start`, { cause: error });
    });
  return {
    admin: createClient({ baseUrl, adminKey: adminKey || undefined, fetch: ask }),
    ofTenant: (apiKey) => createClient({ baseUrl, apiKey, fetch: ask }),
  };
}
