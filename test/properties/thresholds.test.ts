import { crossThresholds } from './thresholds-property';

// 1,000 tenants are in thresholds.long.test.ts.
it('100 tenants whose batches cross thresholds at random have exactly one event for each', () => {
  expect(crossThresholds(100)).toBeGreaterThan(30);
});
