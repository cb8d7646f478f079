/** BigQuery's project of public data, in which its clients' system tests look for tables. */
export const publicProject = 'publicdata';

const nullable = (name: string, type: string) => ({ name, type });

/**
 * As much of the tables of `publicdata.samples` as system tests of BigQuery clients ask for.
 * https://cloud.google.com/bigquery/public-data#sample_tables
 */
const tables = [
  {
    tableId: 'github_nested',
    fields: [
      {
        name: 'repository',
        type: 'RECORD',
        fields: [nullable('url', 'STRING'), nullable('owner', 'STRING'), nullable('forks', 'INTEGER')],
      },
      nullable('public', 'BOOLEAN'),
      nullable('url', 'STRING'),
    ],
    rowOf: (index: number) => ({
      repository: { url: `https://github.com/google/${index}`, owner: 'google', forks: index },
      public: true,
      url: `https://github.com/google/${index}/commits`,
    }),
  },
  {
    tableId: 'gsod',
    fields: [nullable('station_number', 'INTEGER'), nullable('snow_depth', 'FLOAT')],
    rowOf: (index: number) => ({ station_number: index, snow_depth: index / 2 }),
  },
];

/** Makes them, of 200 rows each, in a local BigQuery that serves that project. */
export async function makePublicTables(url: string): Promise<void> {
  const datasets = `${url}/projects/${publicProject}/datasets`;
  await post(datasets, { datasetReference: { datasetId: 'samples' } });
  for (const { tableId, fields, rowOf } of tables) {
    await post(`${datasets}/samples/tables`, { tableReference: { tableId }, schema: { fields } });
    const rows = Array.from({ length: 200 }, (_, index) => ({ json: rowOf(index) }));
    await post(`${datasets}/samples/tables/${tableId}/insertAll`, { rows });
  }
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}
