import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/**
 * The rules of .dependency-cruiser.cjs, applied to what files say that they import. It reads no syntax trees and takes
 * a hundredth of the time; that it finds what dependency-cruiser finds, imports.test.ts shows for each rule.
 */
const conditionsSchema = z.strictObject({
  path: z.string().optional(),
  pathNot: z.string().optional(),
  circular: z.literal(true).optional(),
  couldNotResolve: z.literal(true).optional(),
});
const rulesSchema = z.object({
  forbidden: z.array(z.object({ name: z.string(), from: conditionsSchema, to: conditionsSchema })),
});
type Rule = z.infer<typeof rulesSchema>['forbidden'][number];

export const readRules = (file: string): readonly Rule[] => rulesSchema.parse(require(file)).forbidden;

/** From one file of the tree to another, to a package, or to what is not there. */
interface Import {
  readonly from: string;
  readonly to: string;
  readonly isThere: boolean;
}

const importing =
  /^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\b(?:require|import)\('([^']+)'\)/gm;
const comments = /^\s*(?:\/\/|\/?\*).*$/gm;
const endings = ['.ts', '.tsx', '', '/index.ts', '.js', '.cjs', '.json'];

/** Packages of the workspace: their folder by what others import. */
function workspaceOf(root: string): ReadonlyMap<string, string> {
  const manifestSchema = z.object({
    name: z.string(),
    exports: z.record(z.string(), z.unknown()).optional(),
  });
  const found = new Map<string, string>();
  for (const folder of ['client', 'local/bigquery', 'local/pubsub']) {
    const file = join(root, folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, exports = {} } = manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    for (const [key, target] of Object.entries(exports))
      if (typeof target === 'string') found.set(join(name, key), join(folder, target));
  }
  return found;
}

function importsOf(root: string, files: readonly string[]): readonly Import[] {
  const workspace = workspaceOf(root);
  const isFile = (path: string) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true;
  const resolve = (from: string, name: string): Import => {
    if (!name.startsWith('.'))
      return { from, to: workspace.get(name) ?? `node_modules/${name}/`, isThere: true };
    const place = join(dirname(from), name);
    const ending = endings.find((each) => isFile(place + each));
    return { from, to: ending === undefined ? name : place + ending, isThere: ending !== undefined };
  };
  return files.flatMap((from) => {
    const code = readFileSync(join(root, from), 'utf8').replaceAll(comments, '');
    return [...code.matchAll(importing)].flatMap(([, ...names]) => {
      const [name] = names.flatMap((each) => each ?? []);
      return name === undefined || name.startsWith('node:') ? [] : [resolve(from, name)];
    });
  });
}

/** `rule: importer → imported`, each once, in order. Of a circle only its first import. */
export function brokenRules(
  root: string,
  files: readonly string[],
  rules: readonly Rule[],
): readonly string[] {
  const imports = importsOf(root, files);
  const inCircles = firstOfCircles(imports);
  const found = rules.flatMap(({ name, from, to }) =>
    imports
      .filter((each) => {
        const match = new RegExp(from.path ?? '').exec(each.from);
        if (match === null || isExcluded(from.pathNot, each.from)) return false;
        const filled = (pattern: string) =>
          pattern.replaceAll(/\$(\d)/g, (_, index) => match[Number(index)] ?? '');
        if (!new RegExp(filled(to.path ?? '')).test(each.to)) return false;
        if (isExcluded(to.pathNot && filled(to.pathNot), each.to)) return false;
        if (to.circular && !inCircles.has(each)) return false;
        return !(to.couldNotResolve && each.isThere);
      })
      .map((each) => `${name}: ${each.from} → ${each.to}`),
  );
  return [...new Set(found)].sort();
}

const isExcluded = (pattern: string | undefined, path: string): boolean =>
  pattern !== undefined && new RegExp(pattern).test(path);

/** For each circle of imports the first import of its first file: Tarjan's strongly connected components. */
function firstOfCircles(imports: readonly Import[]): ReadonlySet<Import> {
  const importsBy = new Map<string, Import[]>();
  for (const each of imports) importsBy.set(each.from, [...(importsBy.get(each.from) ?? []), each]);
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const first = new Set<Import>();
  const visit = (file: string): number => {
    const known = order.get(file);
    if (known !== undefined) return open.includes(file) ? known : Number.POSITIVE_INFINITY;
    const mine = order.size;
    order.set(file, mine);
    open.push(file);
    const reached = (importsBy.get(file) ?? []).map(({ to }) => {
      const at = visit(to);
      return Math.min(at, lowest.get(to) ?? at);
    });
    const low = Math.min(mine, ...reached);
    lowest.set(file, low);
    if (low < mine) return low;
    const circle = new Set(open.splice(open.indexOf(file)));
    for (const each of circle) lowest.set(each, Number.POSITIVE_INFINITY);
    const [start = ''] = [...circle].sort();
    const inside = (importsBy.get(start) ?? []).find(({ to }) => circle.has(to));
    if (inside !== undefined) first.add(inside);
    return Number.POSITIVE_INFINITY;
  };
  for (const file of [...importsBy.keys()].sort()) visit(file);
  return first;
}
