// In short: ./thresholds.test.ts
import { crossThresholds } from './thresholds-property';

it('1,000 tenants whose batches cross thresholds at random have exactly one event for each', () => {
  expect(crossThresholds(1_000)).toBeGreaterThan(300);
});
