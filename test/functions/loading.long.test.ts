import { functionNames } from '../../local/cloud/function-names';
import {
  loadedBy,
  openTelemetry,
  pubSub,
  telemetryParts,
  withoutTelemetry,
  withTelemetry,
} from './support/loading';

describe('OpenTelemetry', () => {
  it.each(withoutTelemetry)('is not loaded %s', (_what, environment) => {
    expect(loadedBy(['run'], openTelemetry, environment)).toEqual([]);
  });

  it.each(withTelemetry)('is loaded if an endpoint is named, %s', (_what, environment) => {
    expect(loadedBy(['run'], openTelemetry, environment)).toEqual(expect.arrayContaining(telemetryParts));
  });
});

it('what only some callers of run need is not loaded when it starts', () => {
  expect(loadedBy(['run'], /(verify-person|compose-results|compose-plan-run)/)).toEqual([]);
});

describe('Pub/Sub’s client, with gRPC', () => {
  it.each([...functionNames])('is not loaded when %s starts', (name) => {
    expect(loadedBy([name], pubSub)).toEqual([]);
  });
});
