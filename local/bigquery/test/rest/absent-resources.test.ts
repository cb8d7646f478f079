import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery({ memoryOnly: true });
  await local.client.createDataset('ds');
  await local.client.dataset('ds').createTable('orders', { schema: 'id:INTEGER' });
});
afterAll(() => local.stop());

const call = async (method: string, path: string, body?: object) => {
  const answer = await fetch(`${local.url}/bigquery/v2/projects/local/datasets/ds/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const answered: unknown = await answer.json();
  return answered;
};

it('There are no models: none is listed, and none is found', async () => {
  expect((await local.client.dataset('ds').getModels())[0]).toEqual([]);
  expect(await local.client.dataset('ds').model('m').exists()).toEqual([false]);
  await expect(local.client.dataset('ds').model('m').delete()).rejects.toThrow('Not found: Model local:ds.m');
  await expect(local.client.dataset('nowhere').getModels()).rejects.toThrow(
    'Not found: Dataset local:nowhere',
  );
});

it('Everybody may do everything, and that cannot be changed', async () => {
  const orders = local.client.dataset('ds').table('orders');
  expect((await orders.getIamPolicy())[0]).toMatchObject({ version: 1 });
  const permissions = ['bigquery.tables.get'];
  expect((await orders.testIamPermissions(permissions))[0]).toEqual({ permissions });
  await expect(orders.setIamPolicy({ bindings: [] })).rejects.toThrow(
    'setIamPolicy is not supported locally: expected getIamPolicy or testIamPermissions.',
  );
  await expect(local.client.dataset('ds').table('none').getIamPolicy()).rejects.toThrow(
    'Not found: Table local:ds.none',
  );
});

it('Rows have no policies of access', async () => {
  expect(await call('GET', 'tables/orders/rowAccessPolicies')).toEqual({});
  expect(await call('GET', 'tables/orders/rowAccessPolicies/mine')).toMatchObject({
    error: { code: 404, message: 'Not found: Row access policy local:ds.orders.mine' },
  });
  expect(await call('POST', 'tables/orders/rowAccessPolicies', {})).toMatchObject({
    error: { code: 501, message: 'Row access policies are not supported locally.' },
  });
});
