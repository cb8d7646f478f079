import type { BigQuery } from '@google-cloud/bigquery';
import { managedLabel } from './tenant-datasets';

/** The tenants' datasets, page by page (1,000 a page), found by their label. */
export type ListTenants = () => AsyncIterable<readonly string[]>;

export const createListTenants = (bigquery: BigQuery): ListTenants =>
  async function* () {
    let pageToken: string | undefined;
    do {
      const [datasets, next] = await bigquery.getDatasets({
        filter: `labels.${managedLabel.key}:${managedLabel.value}`,
        // A tenant id may begin with an underscore, which makes its dataset a hidden one.
        all: true,
        maxResults: 1000,
        autoPaginate: false,
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      yield datasets.flatMap(({ id }) => (id === undefined ? [] : [id]));
      pageToken = next?.pageToken;
    } while (pageToken !== undefined);
  };
