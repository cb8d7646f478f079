/** Steps and what they need: pure rules over a directed acyclic graph. */
export interface Node {
  readonly id: string;
  readonly needs: readonly string[];
}

/** What is wrong with a graph, one sentence a problem; none if every need is met and nothing waits for itself. */
export function findGraphProblems(nodes: readonly Node[]): readonly string[] {
  const ids = new Set(nodes.map((node) => node.id));
  const problems = findDuplicates(nodes.map((node) => node.id)).map((id) => `step '${id}' is defined twice`);
  for (const node of nodes) {
    for (const need of node.needs) {
      if (!ids.has(need)) problems.push(`step '${node.id}' needs '${need}', which is not a step`);
    }
    for (const need of findDuplicates(node.needs)) problems.push(`step '${node.id}' needs '${need}' twice`);
  }
  const cycle = findCycle(nodes);
  if (cycle) problems.push(`steps wait for each other: ${cycle.join(' → ')}`);
  return problems;
}

/** The steps whose needs are all completed and that have not been started, in the definition's order. */
export function findReady<T extends Node>(
  nodes: readonly T[],
  started: ReadonlySet<string>,
  completed: ReadonlySet<string>,
): readonly T[] {
  return nodes.filter((node) => !started.has(node.id) && node.needs.every((need) => completed.has(need)));
}

/** All steps that must have completed before `id` starts, however many steps lie between. */
export function findAncestors(nodes: readonly Node[], id: string): ReadonlySet<string> {
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
function findCycle(nodes: readonly Node[]): readonly string[] | undefined {
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

function findDuplicates(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
