import { relative } from 'node:path';
import type { LocalCloud, LocalCloudOptions } from './cloud';

/** What a newcomer needs after the start: where it is, where data goes, who may administer, what to try. */
export function banner(
  cloud: LocalCloud,
  options: Omit<LocalCloudOptions, 'log'>,
  hasAdminKey: boolean,
): string {
  const { url } = cloud;
  const data = relative(process.cwd(), options.dataDirectory) || '.';
  const admin = hasAdminKey ? ` -H 'X-Admin-Key: '"$ADMIN_API_KEY"` : '';
  return `
tenant-pipelines, the cloud in a box, is ready.

  Address   ${url}
  Data      ${options.isMemoryOnly ? `in memory only; gs:// files in ${data}/gcs` : data}
  Admin     ${hasAdminKey ? 'calls need the header X-Admin-Key: the value of ADMIN_API_KEY' : 'calls are OPEN: no key is asked for on this machine. ADMIN_API_KEY closes them.'}
  BigQuery  ${cloud.bigqueryUrl}    Pub/Sub  ${cloud.pubsubHost}

Try, in another shell:

  curl -X POST ${url}/api/v1/customers/onboard -H 'Content-Type: application/json'${admin} -d '{"tenant_id":"demo","company_name":"Demo","contact_email":"admin@example.com","subscription_tier":"FREE"}'
  curl -X POST ${url}/api/v1/pipelines/run/demo/gcp/example/dryrun -H 'X-API-Key: <the api_key of the first answer>'
  curl ${url}/api/v1/tenants/demo -H 'X-API-Key: <the same>'

Ctrl-C stops it.
`;
}
