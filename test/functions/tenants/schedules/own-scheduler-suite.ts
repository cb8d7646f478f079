import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, endOfRun, onboard, type TestCloud } from '../../../support/local-cloud';

/** @param the the cloud, once it runs */
export const describeOwnScheduler = (the: () => TestCloud) =>
  describe("A Cloud Scheduler of one's own", () => {
    it('calls the same address as everybody, as the document has it', async () => {
      const cloud = the();
      const apiKey = await onboard(cloud.url, 'own_scheduler');
      const text = readFileSync(join(__dirname, '../../../../docs/http-api.md'), 'utf8');
      const [command = ''] = /gcloud scheduler jobs create http(?:\\\n|.)*/.exec(text) ?? [];
      const flag = (name: string) =>
        new RegExp(`--${name}=(?:"([^"]*)"|'([^']*)'|(\\S+))`)
          .exec(command)
          ?.slice(1)
          .find((value) => value) ?? '';
      const url = new URL(flag('uri'));
      const headers = flag('headers')
        .replace('$API_KEY', apiKey)
        .split(',')
        .map((header) => header.split('='));
      // What Cloud Scheduler adds.
      const added = { 'X-CloudScheduler': 'true', 'X-CloudScheduler-JobName': 'testcorp-daily-costs' };
      const { status, body } = await call(
        cloud.url,
        flag('http-method'),
        url.pathname.replace('testcorp_001', 'own_scheduler'),
        { headers: { ...Object.fromEntries(headers), ...added }, body: JSON.parse(flag('message-body')) },
      );
      expect([status, body.pipeline]).toEqual([202, 'gcp/billing/daily_costs']);
      expect(await endOfRun(cloud.url, apiKey, body.run_id)).toMatchObject({ trigger: 'scheduler' });
      expect(command).toContain('--max-retry-attempts=0');
    });
  });
