import { allPages, type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
});
afterAll(() => local.stop());

describe('datasets', () => {
  it('are made with labels and location, and read back', async () => {
    await local.client.createDataset('made', { labels: { team: 'a' }, location: 'EU', description: 'text' });
    const [metadata] = await local.client.dataset('made').getMetadata();
    expect(metadata).toMatchObject({
      kind: 'bigquery#dataset',
      id: 'local:made',
      datasetReference: { projectId: 'local', datasetId: 'made' },
      labels: { team: 'a' },
      location: 'EU',
      description: 'text',
    });
    expect(Number(metadata.creationTime)).toBeGreaterThan(1.7e12);
  });

  it('exist once', async () => {
    await local.client.createDataset('once');
    await expect(local.client.createDataset('once')).rejects.toMatchObject({
      code: 409,
      message: 'Already Exists: Dataset local:once',
      errors: [{ reason: 'duplicate', domain: 'global' }],
    });
  });

  it('that are not there are not found', async () => {
    await expect(local.client.dataset('absent').getMetadata()).rejects.toMatchObject({
      code: 404,
      message: 'Not found: Dataset local:absent',
      errors: [{ reason: 'notFound' }],
    });
    expect(await local.client.dataset('absent').exists()).toEqual([false]);
  });

  it.each(['with-dash', 'a b', '../up', 'ü'])('cannot be called %p', async (id) => {
    await expect(local.client.createDataset(id)).rejects.toMatchObject({
      code: 400,
      errors: [{ reason: 'invalid' }],
    });
  });

  it('are listed by label, page by page', async () => {
    for (const name of ['l1', 'l2', 'l3', 'l4', 'l5']) {
      const labels = { group: 'listed', odd: Number(name[1]) % 2 === 1 ? 'yes' : 'no' };
      await local.client.createDataset(name, { labels });
    }
    const idsOf = async (filter: string) => {
      const page = (query: object) =>
        local.client.getDatasets({ filter, maxResults: 2, ...query, autoPaginate: false });
      return (await allPages(page)).flat().map(({ id }) => id);
    };
    expect(await idsOf('labels.group:listed')).toEqual(['l1', 'l2', 'l3', 'l4', 'l5']);
    expect(await idsOf('labels.group:listed labels.odd:yes')).toEqual(['l1', 'l3', 'l5']);
    expect(await idsOf('labels.group:listed AND labels.odd:no')).toEqual(['l2', 'l4']);
    expect(await idsOf('labels.group:other')).toEqual([]);
  });

  it('are patched: labels merged, null removing one', async () => {
    const dataset = local.client.dataset('patched');
    await dataset.create({ labels: { keep: 'a', drop: 'b' } });
    await dataset.setMetadata({ description: 'new', labels: { drop: null, add: 'c' } });
    const [metadata] = await dataset.getMetadata();
    expect(metadata).toMatchObject({ description: 'new', labels: { keep: 'a', add: 'c' } });
    expect(metadata.labels).not.toHaveProperty('drop');
  });

  describe('that were deleted', () => {
    const undelete = (id: string) =>
      new Promise<unknown>((resolve, reject) => {
        local.client.request({ method: 'POST', uri: `/datasets/${id}:undelete`, json: {} }, (error, body) =>
          error ? reject(error) : resolve(body),
        );
      });
    const rowsOf = async (id: string) => (await local.client.dataset(id).table('kept').getRows())[0];

    it('come back with their tables, rows and labels, as they were deleted last', async () => {
      const dataset = local.client.dataset('undeleted');
      for (const value of ['first', 'second']) {
        if (!(await dataset.exists())[0]) await dataset.create({ labels: { value } });
        const [table] = await dataset.createTable('kept', { schema: [{ name: 'value', type: 'STRING' }] });
        await table.insert([{ value }]);
        await dataset.delete({ force: true });
        await expect(dataset.getMetadata()).rejects.toMatchObject({ code: 404 });
      }
      expect(await undelete('undeleted')).toMatchObject({
        id: 'local:undeleted',
        labels: { value: 'second' },
      });
      expect(await rowsOf('undeleted')).toEqual([{ value: 'second' }]);
      await dataset.table('kept').insert([{ value: 'third' }]);
      expect(await rowsOf('undeleted')).toHaveLength(2);
      await expect(undelete('undeleted')).rejects.toMatchObject({ code: 409 });
    });

    it('do not come back once another of the name was made, nor where there was none', async () => {
      for (const _ of ['old', 'new']) {
        await local.client.createDataset('replaced');
        await local.client.dataset('replaced').delete();
      }
      await local.client.createDataset('replaced');
      await expect(undelete('replaced')).rejects.toMatchObject({ code: 409 });
      await expect(undelete('never_there')).rejects.toMatchObject({ code: 404 });
    });
  });

  it('are not patched over a change the caller has not seen', async () => {
    const dataset = local.client.dataset('raced');
    await dataset.create();
    const [{ etag }] = await dataset.getMetadata();
    await dataset.setMetadata({ etag, description: 'first' });
    await expect(dataset.setMetadata({ etag, description: 'second' })).rejects.toMatchObject({ code: 412 });
    expect((await dataset.getMetadata())[0].description).toBe('first');
  });

  it('with tables are deleted only by force', async () => {
    const dataset = local.client.dataset('full');
    await dataset.create();
    await dataset.createTable('t', { schema: [{ name: 'a', type: 'STRING' }] });
    await expect(dataset.delete()).rejects.toMatchObject({
      code: 400,
      message: 'Dataset local:full is still in use',
      errors: [{ reason: 'resourceInUse' }],
    });
    await dataset.delete({ force: true });
    expect(await dataset.exists()).toEqual([false]);
    await dataset.create();
    expect((await dataset.getTables())[0]).toEqual([]);
  });
});
