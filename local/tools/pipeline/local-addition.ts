import type { BigQuery } from '@google-cloud/bigquery';
import { type Addition, type ConnectionRequest, wrongUse } from '../../../client/cli';
import { askLocal, createClients } from './clients';
import { findTenantKey, tenantsWithKeys } from './tenant-key';

export interface LocalCloudPlace {
  readonly url: string;
  /** Undefined or empty: admin calls need none. */
  readonly adminKey: string | undefined;
  readonly schemasDirectory: string;
  /** Called when a table is to be shown. */
  readonly openBigQuery: () => BigQuery;
}

const help = `In the local cloud, which npm start has started, a tenant that does not exist is onboarded, and its key
kept in the data folder. PORT and BIGQUERY_PORT say where the local cloud listens; ADMIN_API_KEY opens its
admin calls. With --url or TENANT_PIPELINES_URL any other deployment is asked.`;

/** What the command line does besides where it asks the local cloud: it has keys, and shows tables. */
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
      rows: { kind: 'text', value: 'N', about: 'local: how many rows of each table a run shows (default 5)' },
    },
    locate: async (request, given, terminal) => {
      const dataDirectory = given.text('data') ?? '.data';
      const rows = given.number('rows', { least: 0, most: 9999 }) ?? 5;
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
        afterCompleted: async (run) => {
          // Loaded on demand, as is Google's client: most words show no table.
          const { describeFinalTables }: typeof import('./show-tables') = require('./show-tables');
          const shown = { tenantId: run.tenant_id, pipeline: run.pipeline, schemasDirectory, rows };
          const bigquery = place.openBigQuery();
          for (const table of await describeFinalTables(bigquery, shown)) terminal.say(`\n${table}`);
        },
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
