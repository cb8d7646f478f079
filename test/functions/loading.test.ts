import { functionNames } from '../../local/cloud/function-names';
import { loadedBy, openTelemetry, pubSub, telemetryParts, withTelemetry } from './support/loading';

// All settings, and each function alone, are in loading.long.test.ts.
it('neither OpenTelemetry nor Pub/Sub’s client, with gRPC, is loaded when the functions start', () => {
  const either = new RegExp(`${openTelemetry.source}|${pubSub.source}`);
  expect(loadedBy(functionNames, either)).toEqual([]);
});

it('what cancels a run is loaded with the first one whose place a scheduled run takes', () => {
  expect(loadedBy(['tick'], /shared.runs.(settle|cancel-run|record-outcomes)\.ts/)).toEqual([]);
});

it('what serves the console loads no client of Google’s', () => {
  const clients = /node_modules.(@google-cloud.(?!functions-framework)[a-z-]+|google-auth-library|gaxios)/;
  expect(loadedBy(['console'], clients)).toEqual([]);
});

it.each(withTelemetry.slice(0, 1))(
  'OpenTelemetry is loaded if an endpoint is named, %s',
  (_what, environment) => {
    expect(loadedBy(['run'], openTelemetry, environment)).toEqual(expect.arrayContaining(telemetryParts));
  },
);
