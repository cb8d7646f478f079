import { type ComponentType, h } from 'preact';
import { type Answering, consoleInNode, failing } from './support/console-in-node';

const page = consoleInNode();

describe('What breaks while it is drawn', () => {
  const noTenants = { tenants: 'not as they are told' };
  let overview: Awaited<ReturnType<Answering>>;
  const open = (address: string, What: ComponentType) =>
    page.open(address, h(What, null), ({ path }) => (path.endsWith('/overview') ? overview : failing));

  it('is one page, and no other; who comes back to it sees whether it can be shown now', async () => {
    overview = { body: noTenants };
    const { Pages } = await import('../../console/app/pages');
    await open('/', Pages);
    await page.says('The console itself has failed here');
    overview = failing;
    page.goTo('/onboard');
    await page.says('Company');
    page.goTo('/');
    await page.says('The server fails');
    expect(page.words()).not.toContain('cannot be shown');
  });

  it('leaves no empty window where it is what surrounds the pages', async () => {
    overview = failing;
    const { App } = await import('../../console/app/app');
    await open('/tenants', App);
    const { session } = await import('../../console/app/session');
    const { value } = session;
    if (value === undefined) throw new Error('Nobody is signed in');
    let isBroken = true;
    const name = () => {
      if (isBroken) throw new Error('It broke');
      return 'Ada';
    };
    session.value = {
      ...value,
      identity: {
        kind: 'admin',
        mayChange: true,
        get name() {
          return name();
        },
      },
    };
    await page.says('This page cannot be shown');
    isBroken = false;
    page.press('Try again');
    await page.says('Ada');
  });
});
