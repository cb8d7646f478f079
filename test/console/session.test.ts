import { consoleInNode } from './support/console-in-node';

consoleInNode();

const identity = { kind: 'tenant', tenant_id: 'acme', key_id: 'k1', scopes: ['read'] };
const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
  Reflect.deleteProperty(globalThis, 'sessionStorage');
});

/** Answers all calls of the console. */
const answering = (answer: () => Response) => {
  globalThis.fetch = async () => answer();
};

describe('A session', () => {
  it('begins where the browser keeps nothing, and does not say that it did', async () => {
    const { resumeSession, session, signIn } = await import('../../console/app/session');
    Object.defineProperty(globalThis, 'sessionStorage', {
      configurable: true,
      get: () => {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });
    answering(() => Response.json(identity));
    await signIn({ kind: 'tenant', key: 'a key' }, true);
    expect(session.value?.identity).toMatchObject({ tenantId: 'acme' });
    await resumeSession();
    expect(session.value?.identity).toMatchObject({ tenantId: 'acme' });
  });

  it('leaves nothing to the next: no key, no answer, and no wish that may have been heard', async () => {
    const { clientOfTenant, endSession, rememberTenantKey, signIn } = await import(
      '../../console/app/session'
    );
    const { answerTo, keepAnswer } = await import('../../console/data/asking/answers');
    const { withWishKey } = await import('../../console/data/wish-key');
    answering(() => Response.json({ kind: 'admin', name: null, may_change: true }));
    await signIn({ kind: 'admin', key: 'a key' }, false);
    rememberTenantKey('acme', 'its key');
    keepAnswer('overview', {}, 0);
    const keys: string[] = [];
    const wish = () =>
      withWishKey({ start: 'a run' }, async (key) => {
        keys.push(key);
        throw new Error('No answer came');
      }).catch(() => undefined);
    await wish();
    await wish();
    endSession();
    await signIn({ kind: 'admin', key: 'a key' }, false);
    await wish();
    const [first, second, third] = keys;
    expect([second === first, third === first]).toEqual([true, false]);
    expect(answerTo('overview')).toBeUndefined();
    expect(clientOfTenant('acme')).toBeUndefined();
  });
});
