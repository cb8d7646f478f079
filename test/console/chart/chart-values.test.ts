import { endsOf, heights, scaleTop, timeMarks } from '../../../console/chart/chart-values';

describe('What a chart shows', () => {
  it('a single day as a day, and of more what they are', () => {
    expect([endsOf([]), endsOf([86_400]), endsOf([0, 86_400])]).toEqual([
      undefined,
      [86_400, 172_800],
      undefined,
    ]);
  });

  it('stacked series stand upon each other, others for themselves', () => {
    const series = [
      { name: 'good', colour: 'good', isStacked: true, values: [1, 2, null] },
      { name: 'line', colour: 'quiet', values: [9, null, 9] },
      { name: 'bad', colour: 'bad', isStacked: true, values: [1, null, 3] },
    ] as const;
    expect(heights(series)).toEqual([
      [1, 2, 0],
      [9, null, 9],
      [2, 2, 3],
    ]);
  });

  it('fits what is shown and the quota; nothing has a scale, too', () => {
    expect(scaleTop([[1, null, 5]], null)).toBeCloseTo(5.4);
    expect(scaleTop([[1]], 10)).toBeCloseTo(10.8);
    expect(scaleTop([[0, null]], null)).toBe(1);
    expect(scaleTop([], null)).toBe(1);
  });

  it('marks hours with the day where one begins, and days alone where it is long', () => {
    const zone = jest.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(0);
    const at = (text: string) => Date.parse(text) / 1_000;
    const hours = ['2026-11-29T22:00Z', '2026-11-30T00:00Z', '2026-11-30T02:00Z'].map(at);
    expect(timeMarks(hours, false)).toEqual(['22:00\n29 Nov', '00:00\n30 Nov', '02:00']);
    const days = ['2026-11-29T00:00Z', '2026-11-30T00:00Z'].map(at);
    expect(timeMarks(days, false)).toEqual(['29 Nov', '30 Nov']);
    zone.mockReturnValue(300);
    expect(timeMarks(days, true)).toEqual(['29 Nov', '30 Nov']);
    expect(timeMarks(days, false)).toEqual(['28 Nov', '29 Nov']);
    expect(timeMarks([], false)).toEqual([]);
    zone.mockRestore();
  });
});
