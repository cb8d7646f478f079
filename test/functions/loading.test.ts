import { functionNames } from '../../local/cloud/function-names';
import {
  loadedBy,
  openTelemetry,
  pubSub,
  telemetryParts,
  withoutTelemetry,
  withTelemetry,
} from './support/loading';

// All settings, and each function alone, are in loading.long.test.ts.
describe('OpenTelemetry', () => {
  it.each(withoutTelemetry.slice(0, 2))('is not loaded %s', (_what, environment) => {
    expect(loadedBy(['run'], openTelemetry, environment)).toEqual([]);
  });

  it.each(withTelemetry.slice(0, 1))('is loaded if an endpoint is named, %s', (_what, environment) => {
    expect(loadedBy(['run'], openTelemetry, environment)).toEqual(expect.arrayContaining(telemetryParts));
  });
});

describe('Pub/Sub’s client, with gRPC', () => {
  it('is not loaded when the functions start', () => {
    expect(loadedBy(functionNames, pubSub)).toEqual([]);
  });
});
