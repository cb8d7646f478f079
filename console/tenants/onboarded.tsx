import type { OnboardedTenant } from '../../client';
import { pipelinesPlace, tenantPlace } from '../app/places';
import { type QuotaName, quotaNames, quotas, quotaText } from '../quotas/quotas';
import { Secret } from '../ui/copy';
import { FactList } from '../ui/lists/fact-list';
import { Notice } from '../ui/notice';
import { Section } from '../ui/page';

interface OnboardedProps {
  readonly tenant: OnboardedTenant;
  readonly onAnother: () => void;
}

/** What was made, with the key that is shown once, and where to go on. */
export function Onboarded({ tenant, onAnother }: OnboardedProps) {
  return (
    <>
      <Section title="Its API key" isOutcome>
        <Notice kind="warning" title="The key is shown this once">
          <p>
            Copy it and hand it to the tenant. It is stored nowhere; a lost key is replaced by a new one. This
            tab remembers it until you sign out, so that you can start runs at once.
          </p>
        </Notice>
        <Secret label={`API key of ${tenant.tenant_id}`} value={tenant.api_key} />
        <div class="actions">
          <a class="button main" href={pipelinesPlace(tenant.tenant_id)}>
            Go on to its pipelines
          </a>
          <a class="button" href={tenantPlace(tenant.tenant_id)}>
            See the tenant
          </a>
          <button type="button" onClick={onAnother}>
            Onboard another
          </button>
        </div>
      </Section>
      <Tried tenant={tenant} />
      <Section title="What was made">
        <FactList
          facts={[
            { name: 'Dataset', value: `${tenant.dataset} in ${tenant.location}` },
            { name: 'Metadata tables', value: tenant.tables.join(', ') || 'none that were not there' },
            { name: 'Tier', value: tenant.subscription_tier },
            ...quotaNames.map((name: QuotaName) => ({
              name: quotas[name].label,
              value: quotaText(name, tenant[name]),
            })),
          ]}
        />
      </Section>
    </>
  );
}

/** What became of the pipeline that each onboarding tries, uncounted. */
function Tried({ tenant: { dryrun_status, dryrun_error } }: { readonly tenant: OnboardedTenant }) {
  if (dryrun_status === 'COMPLETED')
    return (
      <Notice kind="good" title="A first, uncounted run has completed">
        <p>So its dataset works.</p>
      </Notice>
    );
  if (dryrun_status === 'SKIPPED')
    return (
      <Notice kind="info" title="It was not tried by a first run">
        <p>There was no time left for it. The tenant is there all the same.</p>
      </Notice>
    );
  return (
    <Notice kind="error" title="The tenant is there, but a first run has failed">
      <p>
        {dryrun_error === null
          ? 'Start a run of gcp/example/dryrun to see why.'
          : `${dryrun_error.code}${dryrun_error.step === null ? '' : ` in step ${dryrun_error.step}`}: ${dryrun_error.message}`}
      </p>
    </Notice>
  );
}
