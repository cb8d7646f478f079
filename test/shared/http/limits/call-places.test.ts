import { createCallPlaces } from '../../../../shared/http/limits/call-places';
import type { HttpReply } from '../../../../shared/http/reply';
import type { HttpRequest } from '../../../../shared/http/route';
import { findApiKey } from '../../../../shared/sql/keys/find-api-key';

const refused = {
  code: 'unavailable',
  detail: 'Too many calls are under way at the moment. Nothing was done.',
};

describe('Places for calls', () => {
  const placesFor = (usual: number) => createCallPlaces({ usual, monotonicMs: () => 0 });

  /** A route whose calls are under way until they are ended, and calls of it. */
  function callsIn({ inPlaces }: ReturnType<typeof placesFor>) {
    const ends: ((reply: HttpReply) => void)[] = [];
    const handle = jest.fn(() => new Promise<HttpReply>((resolve) => ends.push(resolve)));
    const [route] = inPlaces([{ operation: 'listRuns', method: 'GET', path: '/', handle }], tenantOf);
    if (route === undefined) throw new Error('There is no route');
    const begin = (tenantId: string | undefined): Promise<HttpReply> => route.handle(requestOf(tenantId));
    const endAll = () => {
      for (const end of ends.splice(0)) end({ status: 200 });
    };
    return { begin, handle, endAll };
  }

  it('refuses at once, without doing anything, what finds all places taken', async () => {
    const { begin, handle, endAll } = callsIn(placesFor(2));
    const underWay = [begin('one'), begin('other')];
    await expect(begin('third')).rejects.toMatchObject({ ...refused, retryAfterSeconds: expect.any(Number) });
    expect(handle).toHaveBeenCalledTimes(2);
    endAll();
    await Promise.all(underWay);
    const again = begin('third');
    endAll();
    await expect(again).resolves.toEqual({ status: 200 });
  });

  it('leaves a tenant half of the places, and an administrator all', async () => {
    const { begin, handle, endAll } = callsIn(placesFor(6));
    const ofTenant = [1, 2, 3].map(() => begin('crowded'));
    await expect(begin('crowded')).rejects.toMatchObject(refused);
    const ofOthers = [begin('other'), begin(undefined), begin(undefined)];
    await expect(begin(undefined)).rejects.toMatchObject(refused);
    expect(handle).toHaveBeenCalledTimes(6);
    endAll();
    await Promise.all([...ofTenant, ...ofOthers]);
    const ofAdministrator = Array.from({ length: 6 }, () => begin(undefined));
    endAll();
    await expect(Promise.all(ofAdministrator)).resolves.toHaveLength(6);
  });

  it('leaves tenants half of the places, where administrators are to have no more than a tenant', async () => {
    const { begin, endAll } = callsIn(
      createCallPlaces({ usual: 4, shareOfOthers: 0.5, monotonicMs: () => 0 }),
    );
    const ofAdministrators = [begin(undefined), begin(undefined)];
    await expect(begin(undefined)).rejects.toMatchObject(refused);
    const ofTenants = [begin('one'), begin('other')];
    endAll();
    await expect(Promise.all([...ofAdministrators, ...ofTenants])).resolves.toHaveLength(4);
  });

  it('gives a tenant a place even where there is one for all', async () => {
    const { begin, endAll } = callsIn(placesFor(1));
    const only = begin('one');
    endAll();
    await expect(only).resolves.toEqual({ status: 200 });
  });

  it('has fewer when statements use half of the time that they have unless they are given another', async () => {
    jest.useFakeTimers();
    try {
      const places = placesFor(10);
      const { begin, endAll } = callsIn(places);
      const slow = places.watched(() => new Promise(() => {}), 6_000);
      void slow('acme', findApiKey, { tenant_id: 'acme', key_hash: '' });
      jest.advanceTimersByTime(3_000);
      const seven = Array.from({ length: 7 }, () => begin(undefined));
      await expect(begin(undefined)).rejects.toMatchObject(refused);
      endAll();
      await Promise.all(seven);
    } finally {
      jest.useRealTimers();
    }
  });
});

const tenantOf = ({ header }: HttpRequest): string | undefined => header('tenant');

const requestOf = (tenantId: string | undefined): HttpRequest => ({
  method: 'GET',
  path: '/',
  params: {},
  query: new URLSearchParams(),
  header: () => tenantId,
  address: '127.0.0.1',
  recognise: () => undefined,
  json: async () => undefined,
});
