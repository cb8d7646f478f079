import fc from 'fast-check';
import {
  type DagNode,
  findAncestors,
  findGraphProblems,
  findReady,
  type GraphProblem,
} from '../../../../shared/pipelines/rules/dag';

const graph = (needs: Record<string, readonly string[]>): readonly DagNode[] =>
  Object.entries(needs).map(([id, list]) => ({ id, needs: list }));

describe('a graph of steps', () => {
  it('has no problems if every need is a step and no step waits for itself', () => {
    expect(findGraphProblems(graph({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] }))).toEqual([]);
  });

  const broken: readonly (readonly [string, readonly DagNode[], GraphProblem])[] = [
    [
      'a cycle',
      graph({ a: ['c'], b: ['a'], c: ['b'] }),
      { node: 0, message: 'steps wait for each other: a → c → b → a' },
    ],
    [
      'a step that needs itself',
      graph({ a: ['a'] }),
      { node: 0, message: 'steps wait for each other: a → a' },
    ],
    [
      'a cycle behind others',
      graph({ a: ['b'], b: ['c'], c: ['b'] }),
      { node: 1, message: 'steps wait for each other: b → c → b' },
    ],
    [
      'an unknown need',
      graph({ a: [], b: ['a', 'c'] }),
      { node: 1, need: 1, message: "step 'b' needs 'c', which is not a step; expected any of a, b" },
    ],
    [
      'a need given twice',
      graph({ a: [], b: ['a', 'a'] }),
      { node: 1, need: 1, message: "step 'b' needs 'a' twice" },
    ],
    [
      'an id given twice',
      [...graph({ a: [] }), ...graph({ a: [] })],
      { node: 1, message: "step 'a' is defined twice" },
    ],
  ];
  it.each(broken)('names %s', (_, nodes, problem) => {
    expect(findGraphProblems(nodes)).toEqual([problem]);
  });

  it('says which steps are ready, in order, and not those already started', () => {
    const nodes = graph({ a: [], b: [], c: ['a'], d: ['a', 'b'] });
    const ids = (started: string[], completed: string[]) =>
      findReady(nodes, new Set(started), new Set(completed)).map((node) => node.id);
    expect(ids([], [])).toEqual(['a', 'b']);
    expect(ids(['a', 'b'], [])).toEqual([]);
    expect(ids(['a', 'b'], ['a'])).toEqual(['c']);
    expect(ids(['a', 'b', 'c'], ['a', 'b'])).toEqual(['d']);
  });

  it('knows all steps before a step', () => {
    const nodes = graph({ a: [], b: ['a'], c: ['b'], d: [] });
    expect([...findAncestors(nodes, 'c')].sort()).toEqual(['a', 'b']);
    expect([...findAncestors(nodes, 'd')]).toEqual([]);
  });

  it('runs every step of a graph without problems, each after its needs', () => {
    // Needs point backwards only, so these graphs never have a cycle.
    const nodesOf = fc
      .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
      .map((lists) =>
        lists.map((list, index) => ({
          id: `s${index}`,
          needs: index === 0 ? [] : [...new Set(list.map((need) => `s${need % index}`))],
        })),
      );
    fc.assert(
      fc.property(nodesOf, (nodes) => {
        expect(findGraphProblems(nodes)).toEqual([]);
        const completed = new Set<string>();
        for (let ready = findReady(nodes, completed, completed); ready.length > 0; ) {
          for (const node of ready) expect(node.needs.every((need) => completed.has(need))).toBe(true);
          for (const node of ready) completed.add(node.id);
          ready = findReady(nodes, completed, completed);
        }
        expect(completed.size).toBe(nodes.length);
      }),
    );
  });
});
