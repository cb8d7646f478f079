import type { BigQuery } from '@google-cloud/bigquery';
import { ServiceError } from '../../../errors';
import { within } from '../../../support/time-limits';
import { classifyFailure } from '../failures';
import { managedFilter } from './managed-label';

export interface TenantPage {
  readonly tenantIds: readonly string[];
  /** Where the next page begins; undefined on the last. */
  readonly nextPageToken: string | undefined;
}

/** In milliseconds. Whoever lists tenants has nothing else to do, so a BigQuery that hangs is told early. */
const longestPageMs = 12_000;

/** A page of the tenants' datasets. Throws `invalid_request` for a token that is not BigQuery's. */
export type ListTenantPage = (page: {
  readonly pageToken: string | undefined;
  readonly maxResults: number;
}) => Promise<TenantPage>;

export const createListTenantPage =
  (bigquery: BigQuery): ListTenantPage =>
  async ({ pageToken, maxResults }) => {
    const asked = bigquery
      .getDatasets({
        filter: managedFilter,
        // A tenant id may begin with an underscore, which hides its dataset.
        all: true,
        maxResults,
        autoPaginate: false,
        ...(pageToken === undefined ? {} : { pageToken }),
      })
      .catch((error: unknown) => {
        const isTokens = pageToken !== undefined && classifyFailure(error).code === 'invalid_data';
        throw isTokens
          ? new ServiceError('invalid_request', 'cursor: expected the next_cursor of an earlier answer')
          : error;
      });
    const [datasets, next] = await within(longestPageMs, 'BigQuery', asked);
    return {
      tenantIds: datasets.flatMap(({ id }) => (id === undefined ? [] : [id])),
      nextPageToken: next?.pageToken,
    };
  };

/** All tenants' datasets, page by page (1,000 a page). */
export type ListTenants = () => AsyncIterable<readonly string[]>;

export const createListTenants = (bigquery: BigQuery): ListTenants =>
  async function* () {
    const listPage = createListTenantPage(bigquery);
    let pageToken: string | undefined;
    do {
      const page = await listPage({ pageToken, maxResults: 1000 });
      yield page.tenantIds;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  };
