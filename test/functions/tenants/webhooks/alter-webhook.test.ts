import { alterWebhook } from '../../../../functions/tenants/webhooks/administer-webhooks';
import type { RunStatement } from '../../../../shared/google/bigquery/statements/run-statement';
import { changeWebhook } from '../../../../shared/sql/webhooks/change-webhook';

const cell = (time: string) => ({ value: `2026-11-30T${time}Z` });

describe('A change of a webhook', () => {
  /** Alters its description where it is read back like this. */
  async function alterFinding(afterwards: Readonly<Record<string, unknown>>) {
    let stored: Readonly<Record<string, unknown>> = {
      ...{ webhook_id: 'wh-1', tenant_id: 'acme', onboarding_id: 'life-1', url: 'https://acme.example/' },
      ...{ event_types: [], description: null, state: 'active', reason: null, secret_version: 1 },
      ...{ previous_secret_until: null, failing_since: null, disabled_told_at: null, created_by: null },
      ...{ created_at: cell('11:00:00.000'), updated_at: cell('11:00:00.000'), version: 1 },
    };
    const runStatement: RunStatement = async (_dataset, statement) => {
      if (statement.name === changeWebhook.name)
        stored = { ...stored, version: 2, updated_at: cell('12:00:00.000'), ...afterwards };
      return { rows: [statement.row.parse(stored)], affectedRows: 0, location: 'US' };
    };
    const { after } = await alterWebhook(
      { tenant_id: 'acme', onboarding_id: 'life-1' },
      'wh-1',
      { description: 'Ours', event_types: ['run.settled'] },
      ['1'],
      {
        runStatement,
        controlDataset: 'tenant_pipelines',
        ensureControl: async () => undefined,
        webhookSecrets: undefined,
        publishDeliveries: async () => undefined,
        now: () => new Date('2026-11-30T12:00:00Z'),
        newId: () => 'id',
      },
    );
    return after;
  }
  const ours = { description: 'Ours', event_types: ['run.settled'] };

  it('was made, where it is found as it was to become', async () => {
    expect(await alterFinding(ours)).toMatchObject(ours);
  });

  it('was made, where its secret was rotated right behind it', async () => {
    const rotated = { ...ours, secret_version: 2, updated_at: cell('12:00:00.007') };
    expect(await alterFinding(rotated)).toMatchObject({ ...ours, secret_version: 2 });
  });

  it.each([
    ['of the same millisecond', { description: 'Theirs' }],
    ['that asks for the same, later', { ...ours, updated_at: cell('12:00:00.007') }],
  ])('was not made, where another was %s', async (_, theirs) => {
    await expect(alterFinding(theirs)).rejects.toMatchObject({ code: 'precondition_failed' });
  });
});
