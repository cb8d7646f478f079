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

it('names what it does not understand', () => {
  expect(() => read('--script-ms', 'long')).toThrow('--script-ms: expected milliseconds');
  expect(() => read('--fault-rate', '2')).toThrow('--fault-rate: expected 0 to 1');
});
