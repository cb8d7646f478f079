// In short: ./openapi.test.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { furtherAdminKeys } from '../../../functions/support/refused-keys';
import { adminKey, startTestCloud, type TestCloud } from '../../../support/local-cloud';
import { playExamples } from './played-examples';

const file = join(__dirname, '../../../../local/tools/openapi/examples.json');

describe('The examples in openapi.json', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud({
      ADMIN_API_KEY: adminKey,
      ADMIN_API_KEYS: furtherAdminKeys,
      EVENT_TYPES: '',
    });
  });
  afterAll(() => cloud?.close());

  it('were sent and received: UPDATE_GOLDEN=1 records them anew', async () => {
    const played = await playExamples(cloud);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, `${JSON.stringify(played, undefined, 2)}\n`);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(played)));
  });
});
