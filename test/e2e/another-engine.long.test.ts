// In short: ../shared/pipelines/real-files.test.ts
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { figuresOfDailyCosts } from '../support/focus/daily-costs';
import { writeFocusCosts } from '../support/focus/focus-costs';
import { figuresOfAnotherEngine } from '../support/focus/focus-figures';
import { apiOf, onboard, startTestCloud, type TestCloud } from '../support/local-cloud';

/** Real billing data that is not part of the project. */
const focusSample = join(__dirname, '../../../shared/data/focus_sample.csv');
const withSample = existsSync(focusSample) ? it : it.skip;
if (!existsSync(focusSample)) console.warn(`Skipped: there is no ${focusSample}`);

/** `npm run bench:pipeline` compares 100,000 rows in the same way. */
describe('focus/billing/daily_costs has the result that DuckDB has by the same SQL', () => {
  const tenantId = 'figures_001';
  let cloud: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    cloud = await startTestCloud();
    mkdirSync(join(cloud.dataDirectory, 'gcs/billing'), { recursive: true });
    apiKey = await onboard(cloud.url, tenantId);
  });
  afterAll(() => cloud?.close());

  const fileAt = (name: string) => join(cloud.dataDirectory, 'gcs/billing', name);
  const figuresAfterRun = async (name: string) => {
    const api = apiOf(cloud.url, { apiKey });
    const parameters = { source_uri: `gs://billing/${name}` };
    const { run_id } = await api.startRun(tenantId, 'focus/billing/daily_costs', { parameters });
    expect(await api.waitForRun(run_id)).toMatchObject({ status: 'COMPLETED' });
    return figuresOfDailyCosts(cloud.bigqueryUrl, tenantId);
  };

  it('for 2,000 made-up rows with all that CSV admits', async () => {
    writeFocusCosts(fileAt('made-up.csv'), 2_000, 7);
    expect(await figuresAfterRun('made-up.csv')).toEqual(figuresOfAnotherEngine.twoThousand);
  });

  withSample('for the FOCUS sample (skipped where it is absent)', async () => {
    copyFileSync(focusSample, fileAt('sample.csv'));
    expect(await figuresAfterRun('sample.csv')).toEqual(figuresOfAnotherEngine.focusSample);
  });
});
