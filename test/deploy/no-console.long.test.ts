// In short: ./dry-run.test.ts
import { keyOf } from './fake-gcloud/state';
import { usual } from './support/installation';
import { afterFirstRun } from './support/second-run';

describe('--no-console', () => {
  const again = afterFirstRun();

  it('takes the console away where it is left out, once nothing leads to it, and brings it back', async () => {
    const without = [...usual, '--no-console'];
    const changes = await again.changesOf(without);
    expect(changes).toEqual([
      'compute url-maps import tenant-pipelines',
      'compute backend-services delete tenant-pipelines-console',
      'compute network-endpoint-groups delete tenant-pipelines-console',
      'run services delete tenant-pipelines-console',
      'iam service-accounts delete tenant-pipelines-console@my-project.iam.gserviceaccount.com',
    ]);
    const map = () =>
      JSON.stringify(
        again.installation.gcloud.state.resources.get(keyOf('compute url-maps', 'tenant-pipelines')),
      );
    expect(map()).not.toContain('tenant-pipelines-console');
    expect(await again.changesOf(without)).toEqual([]);
    expect(await again.changesOf(usual)).toContain('run deploy tenant-pipelines-console');
    expect(map()).toContain('backendServices/tenant-pipelines-console');
  });
});
