import {
  layersOf,
  layOut,
  pathThrough,
  stepHeight,
  stepWidth,
} from '../../../console/pipelines/pipeline/dag-layout';

const dag = (text: string) =>
  text.split(' ').map((part) => {
    const [id = '', needs = ''] = part.split('<');
    return { id, needs: needs === '' ? [] : needs.split(',') };
  });

describe('A pipeline that is drawn', () => {
  it('has each step one layer behind the last of those that it needs', () => {
    expect([...layersOf(dag('d<b,c b<a c<b a e'))]).toEqual(
      expect.arrayContaining([
        ['a', 0],
        ['b', 1],
        ['c', 2],
        ['d', 3],
        ['e', 0],
      ]),
    );
  });

  it.each(['a', 'a b c', 'a b<a c<a d<b,c', 'a b<a c<b d<a,c e<a', 'a b c d<a,b,c e<a f<d,e g<a'])(
    'has no two steps in one place: %s',
    (text) => {
      const { steps, width, height } = layOut(dag(text));
      for (const [index, one] of steps.entries()) {
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.y).toBeGreaterThanOrEqual(0);
        expect(one.x + stepWidth).toBeLessThanOrEqual(width);
        expect(one.y + stepHeight).toBeLessThanOrEqual(height);
        for (const other of steps.slice(index + 1))
          expect(one.x === other.x && Math.abs(one.y - other.y) < stepHeight).toBe(false);
      }
    },
  );

  it('leads a line that passes a layer around its steps', () => {
    const { steps, needs } = layOut(dag('a b<a c<b d<a,c'));
    const long = needs.find(({ from, to }) => from === 'a' && to === 'd');
    expect(long?.points).toHaveLength(6);
    const passed = steps.filter(({ id }) => id === 'b' || id === 'c');
    for (const { x, y } of passed)
      for (const point of long?.points.slice(1, -1) ?? [])
        if (point.x >= x && point.x <= x + stepWidth)
          expect(point.y < y || point.y > y + stepHeight).toBe(true);
  });

  it('has few crossings: two chains side by side stay so', () => {
    const { steps } = layOut(dag('a b c<b d<a e<c f<d'));
    const y = new Map(steps.map((step) => [step.id, step.y]));
    expect([y.get('c'), y.get('e')]).toEqual([y.get('b'), y.get('b')]);
    expect([y.get('d'), y.get('f')]).toEqual([y.get('a'), y.get('a')]);
  });

  it('draws all of a pipeline that goes in circles, or needs what is not there', () => {
    expect(layOut(dag('a<b b<a c<gone')).steps).toHaveLength(3);
  });

  it('has paths of numbers only', () => {
    for (const { points } of layOut(dag('a b<a c<b d<a,c')).needs)
      expect(pathThrough(points)).toMatch(/^M [\d.]+ [\d.]+( [CL][\d., ]+)+$/);
  });
});
