import { type Addition, type ConnectionRequest, wrongUse } from '../../../client/cli';
import { askLocal, createClients } from './clients';
import { findTenantKey, tenantsWithKeys } from './tenant-key';

export interface LocalCloudPlace {
  readonly url: string;
  /** Undefined or empty: admin calls need none. */
  readonly adminKey: string | undefined;
  readonly schemasDirectory: string;
}

/** Data of a laptop may be looked at. */
const usualRows = 5;

const help = `In the local cloud, which npm start has started, a tenant that does not exist is onboarded, and its key
kept in the data folder; a run shows 5 rows of its tables. PORT says where the local cloud listens,
ADMIN_API_KEY opens its admin calls. With --url or TENANT_PIPELINES_URL any other deployment is asked.`;

/** What the command line does besides where it asks the local cloud: it has keys. */
export function localAddition(place: LocalCloudPlace): Addition {
  const { url, adminKey, schemasDirectory } = place;
  return {
    help,
    options: {
      data: {
        kind: 'text',
        value: 'DIR',
        about: 'local: the data folder, where keys are kept (default .data)',
      },
    },
    locate: async (request, given, terminal) => {
      const dataDirectory = given.text('data') ?? '.data';
      const tenantId = tenantOf(request, dataDirectory);
      const clients = createClients(url, adminKey);
      const apiKey =
        request.apiKey ??
        (await findTenantKey({
          clients,
          tenantId: tenantId ?? '',
          dataDirectory,
          schemasDirectory,
          // Beside the result: a script reads only that.
          say: given.isGiven('json') ? terminal.note : terminal.say,
        }));
      return {
        url,
        apiKey,
        tenant: tenantId,
        fetch: askLocal(url),
        rows: usualRows,
      };
    },
  };
}

/** Undefined where a key says it. @throws CommandError where nothing does */
function tenantOf({ tenant, apiKey }: ConnectionRequest, dataDirectory: string): string | undefined {
  if (tenant !== undefined || apiKey !== undefined) return tenant;
  const kept = tenantsWithKeys(dataDirectory);
  if (kept.length === 1) return kept[0];
  const known = kept.length === 0 ? ', like demo' : `: ${kept.slice(0, 10).join(', ')} have a key here`;
  throw wrongUse(`--tenant: expected the id of a tenant${known}`);
}
