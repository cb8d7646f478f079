import { hearServerTime, serverNow } from '../../../console/data/server-time';

describe('The time by the server', () => {
  it.each([
    ['is the viewer’s where they about agree', 2_000, 0],
    ['goes ahead where the viewer’s clock is slow', 3_600_000, 3_600_000],
    ['does not jump with each answer', 3_598_500, 3_600_000],
    ['is behind where it is fast', -60_000, -60_000],
    ['is the viewer’s again after that was set right', 1_000, 0],
  ])('%s', (_, ahead, expected) => {
    hearServerTime(new Date(1_000_000 + ahead).toUTCString(), 1_000_000);
    expect(Math.abs(serverNow(0) - expected)).toBeLessThan(1_000);
  });

  it('is not changed by an answer that does not tell it', () => {
    hearServerTime(null);
    hearServerTime('soon');
    expect(serverNow(5)).toBe(5);
  });
});
