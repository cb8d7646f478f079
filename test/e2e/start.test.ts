import { adminKey, asAdmin, call } from '../support/local-cloud';
import { newDirectory, removeDirectory, startInVain, startServer } from '../support/server-process';
import {
  damages,
  endsWherePortIsTaken,
  endsWithDamage,
  endsWithSetting,
  portSettings,
  wrongSettings,
} from './support/starting';

/** The other ports, settings and definitions are in start.long.test.ts. */
describe('Starting', () => {
  let dataDirectory: string;
  beforeEach(() => {
    dataDirectory = newDirectory();
  });
  afterEach(() => removeDirectory(dataDirectory));

  it.each(portSettings.slice(0, 1))('with %s taken says which port, and ends with 1', (name) =>
    endsWherePortIsTaken(name),
  );

  it.each(wrongSettings.slice(0, 1))(
    'with %s=%s says what is expected, and ends with 1',
    (name, value, message) => endsWithSetting(name, value, message),
  );

  it('with ADMIN_API_KEY admin calls need it, and the banner says so without telling it', async () => {
    const server = await startServer({ dataDirectory, environment: { ADMIN_API_KEY: adminKey } });
    try {
      expect(server.output()).toContain('X-Admin-Key');
      expect(server.output()).not.toContain('OPEN');
      expect(server.output()).not.toContain(adminKey);
      const body = {
        tenant_id: 'acme',
        company_name: 'Acme',
        contact_email: 'admin@acme.example',
        subscription_tier: 'FREE',
      };
      const path = '/api/v1/customers/onboard';
      expect((await call(server.url, 'POST', path, { body })).status).toBe(401);
      expect((await call(server.url, 'POST', path, { body, headers: asAdmin })).status).toBe(201);
    } finally {
      expect(await server.end('SIGTERM')).toBe(0);
    }
  });

  it('twice over the same data is refused, and the first is not harmed', async () => {
    const first = await startServer({ dataDirectory });
    try {
      const second = await startInVain({ dataDirectory });
      expect(second).toEqual({ code: 1, output: expect.stringMatching(/.{10}/) });
      expect((await call(first.url, 'GET', '/api/v1/tenants/nobody')).status).toBe(404);
    } finally {
      await first.end('SIGINT');
    }
  });

  describe('with a definition that is missing or wrong names file and field, and ends with 1', () => {
    it.each(damages.slice(0, 1))('%s', (_what, damage, named) => endsWithDamage(damage, named));
  });
});
