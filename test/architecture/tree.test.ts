import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What keeps the tree readable, so that it stays so: CONTRIBUTING.md says why. */

const root = join(__dirname, '../..');

/** The TypeScript files of the working tree, those that git does not know yet included. */
const sources = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(root, file)));
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
const isTest = (file: string): boolean => /(^|\/)test\//.test(file);
const product = sources.filter((file) => !isTest(file));

/** What each key was given, in the order of the keys. */
function grouped(pairs: readonly (readonly [key: string, value: string])[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
}

it('finds the tree', () => {
  expect(product.length).toBeGreaterThan(200);
});

it('no file is longer than one reads in one go', () => {
  const long = sources.filter((file) => textOf(file).split('\n').length > 301);
  expect(long).toEqual([]);
});

it('no folder has more than 15 files, but where one file is one statement or one group of calls', () => {
  const folders = grouped(sources.map((file) => [dirname(file), file]));
  const full = folders.filter(
    ([folder, files]) => files.length > 15 && !/^(shared\/sql\/\w+|client\/api)$/.test(folder),
  );
  expect(full.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([]);
});

/**
 * The client and the console run elsewhere than the rest, and have names of their own: those of the interface, and of
 * what is seen on a page.
 */
const isOfBrowsers = (file: string): boolean => /^(client|console)\//.test(file);
const parts = [
  product.filter((file) => !isOfBrowsers(file)),
  product.filter((file) => file.startsWith('client/')),
  product.filter((file) => file.startsWith('console/')),
];

it.each(parts.map((files) => [files[0]?.split('/')[0], files] as const))(
  'an exported name means one thing (%s …)',
  (_, files) => {
    const declared = /^export (?:async )?(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;
    const names = files.flatMap((file) =>
      [...textOf(file).matchAll(declared)].map(([, name = '']) => [name, file] as const),
    );
    expect(names.length).toBeGreaterThan(20);
    const ambiguous = grouped([
      ...new Map(names.map(([name, file]) => [`${name} ${file}`, [name, file] as const])).values(),
    ]).filter(([, files]) => files.length > 1);
    expect(ambiguous).toEqual([]);
  },
);

it('what deploys asks for the time in one place, where a test can give another', () => {
  const asking = product.filter(
    (file) => /^(functions|shared)\//.test(file) && /\bDate\.now\b|\bnew Date\(\)/.test(textOf(file)),
  );
  // A line of the log is stamped when it is written.
  expect(asking).toEqual(['shared/log.ts', 'shared/support/clock.ts']);
});

it('what is loaded on demand is loaded by require: import() of a file of ours works in bundles and tests, not in npm start', () => {
  const ofNode = product.filter((file) => !isOfBrowsers(file));
  const importing = ofNode.filter((file) => /(?<!typeof )\bimport\(\s*['"]\./.test(textOf(file)));
  expect(importing).toEqual([]);
});

it("zod's objects are called schemas, as the library calls them", () => {
  const shapes = sources.filter((file) => /\b\w+Shape\s*(?::[^=]+)?= z\./.test(textOf(file)));
  expect(shapes).toEqual([]);
});

it('every exhaustive suite has a short form in npm test: beside it, or named in its first line', () => {
  const without = sources
    .filter((file) => file.endsWith('.long.test.ts'))
    .filter((file) => {
      const named = /^\/\/ In short: (\S+)\n/.exec(textOf(file))?.[1];
      const short =
        named === undefined ? file.replace('.long.test.ts', '.test.ts') : join(dirname(file), named);
      return short.endsWith('.long.test.ts') || !sources.includes(short);
    });
  expect(without).toEqual([]);
});
