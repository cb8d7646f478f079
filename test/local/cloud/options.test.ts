import { readOptions } from '../../../local/cloud/options';

const read = (...args: string[]) => readOptions(args, {}, '/root');

it('asks for nothing that it is not told to', () => {
  expect(read()).toEqual({
    gatewayPort: 8080,
    bigqueryPort: 9050,
    pubsubPort: 8085,
    dataDirectory: '/root/.data',
    isMemoryOnly: false,
    schemasDirectory: '/root/schemas',
    warmsUp: true,
  });
});

it.each<[string, string, object]>([
  ['other names', '--host box --host box.test', { hosts: ['box', 'box.test'] }],
  ['no warm-up', '--no-warm-up', { warmsUp: false }],
  [
    'local APIs',
    '--http-step-local a.b=http://localhost:1 --http-step-local c=http://localhost:2',
    { httpStepLocal: ['a.b=http://localhost:1', 'c=http://localhost:2'] },
  ],
  ['limits', '--bigquery-limits', { bigqueryLimits: {}, warmsUp: false }],
  [
    'latencies',
    '--bigquery-limits --query-ms 300 --dml-ms 1000 --script-ms 500',
    { bigqueryLimits: { queryMs: 300, dmlMs: 1_000, scriptMs: 500 } },
  ],
  ['no inference of locations', '--infer-no-location', { infersNoLocation: true }],
  ['faults', '--faults 7 --fault-rate 0.5', { faults: { seed: 7, rate: 0.5 }, warmsUp: false }],
  ['silent scripts', '--faults 7 --silent-scripts', { faults: { seed: 7, hasSilentScripts: true } }],
])('asks for %s by %s', (_, args, expected) => {
  expect(read(...args.split(' '))).toMatchObject(expected);
});

it.each<[string, Record<string, string>, object | undefined]>([
  ['nothing', { GOOGLE_CLOUD_PROJECT: 'mine' }, undefined],
  ['Pub/Sub', { PUBSUB_EMULATOR_HOST: 'localhost:8085' }, { pubsubHost: 'localhost:8085' }],
  [
    'BigQuery, and its project',
    { BIGQUERY_EMULATOR_HOST: 'http://box:9050', GOOGLE_CLOUD_PROJECT: 'mine' },
    { bigqueryUrl: 'http://box:9050', projectId: 'mine' },
  ],
])('takes %s from the environment instead of its own', (_, environment, elsewhere) => {
  expect(readOptions([], environment, '/root')).toMatchObject({ gatewayPort: 8080 });
  expect(Reflect.get(Object(readOptions([], environment, '/root')), 'elsewhere')).toEqual(elsewhere);
});

it('can disturb only its own servers', () => {
  const environment = { PUBSUB_EMULATOR_HOST: 'localhost:8085' };
  expect(() => readOptions(['--faults', '7'], environment, '/root')).toThrow(
    'need the own BigQuery and Pub/Sub',
  );
});

it('names what it does not understand', () => {
  const read = (environment: Record<string, string>) => () => readOptions([], environment, '/root');
  expect(read({ BIGQUERY_EMULATOR_HOST: 'box:9050' })).toThrow('BIGQUERY_EMULATOR_HOST: expected a URL');
  expect(read({ PUBSUB_EMULATOR_HOST: 'http://box:1' })).toThrow('PUBSUB_EMULATOR_HOST: expected a host');
});

it('names options that it does not understand', () => {
  expect(() => read('--script-ms', 'long')).toThrow('--script-ms: expected milliseconds');
  expect(() => read('--fault-rate', '2')).toThrow('--fault-rate: expected 0 to 1');
});
