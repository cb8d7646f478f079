/** A step and the steps that it needs: a node of a directed acyclic graph. */
export interface DagNode {
  readonly id: string;
  readonly needs: readonly string[];
}

/** What is wrong with one node, by its index, or with one of its needs. */
export interface GraphProblem {
  readonly node: number;
  readonly need?: number;
  readonly message: string;
}

/** What is wrong with a graph; empty if every need is a step and no step waits for itself. */
export function findGraphProblems(nodes: readonly DagNode[]): readonly GraphProblem[] {
  const ids = nodes.map(({ id }) => id);
  const problems: GraphProblem[] = [];
  for (const [node, { id, needs }] of nodes.entries()) {
    if (ids.indexOf(id) < node) problems.push({ node, message: `step '${id}' is defined twice` });
    for (const [need, name] of needs.entries()) {
      if (!ids.includes(name)) {
        const message = `step '${id}' needs '${name}', which is not a step; expected any of ${ids.join(', ')}`;
        problems.push({ node, need, message });
      }
      if (needs.indexOf(name) < need)
        problems.push({ node, need, message: `step '${id}' needs '${name}' twice` });
    }
  }
  const cycle = findCycle(nodes);
  if (cycle) {
    const message = `steps wait for each other: ${cycle.join(' → ')}`;
    problems.push({ node: ids.indexOf(cycle[0] ?? ''), message });
  }
  return problems;
}

/** The steps whose needs are all completed and that have not been started, in the definition's order. */
export function findReady<T extends DagNode>(
  nodes: readonly T[],
  started: ReadonlySet<string>,
  completed: ReadonlySet<string>,
): readonly T[] {
  return nodes.filter((node) => !started.has(node.id) && node.needs.every((need) => completed.has(need)));
}

/** All steps that must have completed before `id` starts, however many steps lie between. */
export function findAncestors(nodes: readonly DagNode[], id: string): ReadonlySet<string> {
  const needs = new Map(nodes.map((node) => [node.id, node.needs]));
  const ancestors = new Set<string>();
  const open = [...(needs.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (ancestors.has(next)) continue;
    ancestors.add(next);
    open.push(...(needs.get(next) ?? []));
  }
  return ancestors;
}

/** A cycle as a path that ends where it begins, e.g. ['a', 'b', 'a'] where a needs b and b needs a. */
function findCycle(nodes: readonly DagNode[]): readonly string[] | undefined {
  const needs = new Map(nodes.map((node) => [node.id, node.needs]));
  const cleared = new Set<string>();

  const walk = (id: string, path: readonly string[]): readonly string[] | undefined => {
    const seenAt = path.indexOf(id);
    if (seenAt >= 0) return [...path.slice(seenAt), id];
    if (cleared.has(id)) return undefined;
    for (const need of needs.get(id) ?? []) {
      const cycle = walk(need, [...path, id]);
      if (cycle) return cycle;
    }
    cleared.add(id);
    return undefined;
  };

  for (const node of nodes) {
    const cycle = walk(node.id, []);
    if (cycle) return cycle;
  }
  return undefined;
}
