import { useState } from 'preact/hooks';
import { pipelinePlace } from '../app/places';
import { currentSession, rememberTenantKey } from '../app/session';
import { useAction } from '../data/use-action';
import { Secret } from '../ui/copy';
import { Field } from '../ui/field';
import { Form } from '../ui/form';
import { Notice } from '../ui/notice';
import { Section } from '../ui/page';

/** The pipeline that loads the sample which every laptop has. */
const samplePipeline = 'focus/billing/daily_costs';

/** The tenant that was onboarded here, with its key. */
export interface FirstTenant {
  readonly tenantId: string;
  readonly apiKey: string;
}

interface WelcomeProps {
  readonly made: FirstTenant | undefined;
  readonly onMade: (tenant: FirstTenant) => void;
}

/** With no tenant yet: leads through onboarding, the sample, the first run and its result. */
export function Welcome({ made, onMade }: WelcomeProps) {
  return (
    <>
      {made === undefined && (
        <p>
          There is no tenant yet. A tenant is a customer: it gets a BigQuery dataset of its own, an API key,
          and quotas. Three steps, and you have seen it work.
        </p>
      )}
      <Section title="1. Onboard a tenant" isOutcome={made !== undefined}>
        {made === undefined ? (
          <FirstTenantForm onMade={onMade} />
        ) : (
          <>
            <Notice kind="good" title={`${made.tenantId} is onboarded`}>
              <p>
                This is its API key. It is shown this once: only its hash is kept. You can make another at
                Keys; this tab remembers it until you sign out.
              </p>
            </Notice>
            <Secret label="API key" value={made.apiKey} />
          </>
        )}
      </Section>
      <Section title="2. Run the sample">
        <p>
          <code>{samplePipeline}</code> loads a file of cloud costs, builds a table of them by day, and checks
          it. On your own machine the file is there already.
        </p>
        {made !== undefined && (
          <p>
            <a class="button main" href={`${pipelinePlace(made.tenantId, samplePipeline)}?with=example`}>
              Go to the sample
            </a>
          </p>
        )}
      </Section>
      <Section title="3. See the result">
        <p>
          The run’s page shows each step as it happens, the checks, and the first rows of what it has made.
        </p>
      </Section>
    </>
  );
}

function FirstTenantForm({ onMade }: Pick<WelcomeProps, 'onMade'>) {
  const { api } = currentSession();
  const [tenantId, setTenantId] = useState('demo');
  const [name, setName] = useState('Demo');
  const action = useAction(async () => {
    const body = { tenant_id: tenantId.trim(), company_name: name.trim() };
    const { api_key } = await api.call('onboardTenant', { body });
    rememberTenantKey(body.tenant_id, api_key);
    onMade({ tenantId: body.tenant_id, apiKey: api_key });
  });
  const fields = action.problem?.fields;
  return (
    <Form action={action} submit="Onboard" busy="Making the dataset and its tables …">
      <div class="columns">
        <Field
          label="Tenant id"
          value={tenantId}
          onChange={setTenantId}
          hint="3 to 50 letters, digits or _. It is the dataset’s name, too."
          error={fields?.get('tenant_id')}
          isRequired
        />
        <Field
          label="Company"
          value={name}
          onChange={setName}
          error={fields?.get('company_name')}
          isRequired
        />
      </div>
    </Form>
  );
}
