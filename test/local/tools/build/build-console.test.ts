import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { consoleSources } from '../../../../local/cloud/local-console';
import { buildConsole, type ConsoleBuild, writeConsole } from '../../../../local/tools/build/build-console';
import { newDirectory, removeDirectory } from '../../../support/server-process';

const textOf = ({ files }: ConsoleBuild, path: string): string =>
  Buffer.from(files.get(path) ?? new Uint8Array()).toString();

describe('The console, built', () => {
  let built: ConsoleBuild;
  beforeAll(async () => {
    built = await buildConsole({ sourceDirectory: consoleSources });
  });

  it('has nothing of what its names are made of in its files', () => {
    const scripts = [...built.files.keys()].filter((path) => path.endsWith('.js'));
    expect(scripts.filter((path) => /mangle"?:/.test(textOf(built, path)))).toEqual([]);
  });

  it('is at most 100 KB in all, compressed with gzip', () => {
    const sizes = [...built.files].map(
      ([path, bytes]) => [path, gzipSync(bytes, { level: 9 }).length] as const,
    );
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    const sum = sizes.reduce((bytes, [, size]) => bytes + size, 0);
    expect(sum).toBeLessThanOrEqual(100_000);
  });

  it('has a page with nothing in it that would run or look by itself, and nothing from elsewhere', () => {
    const page = textOf(built, 'index.html');
    expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|https?:/i);
    expect([...page.matchAll(/<script\b([^>]*)>([^<]*)/g)].map(([, , inside]) => inside)).toEqual(['']);
    const named = [...page.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path = '']) => path.slice(1));
    expect(named.length).toBeGreaterThanOrEqual(2);
    expect(named.filter((path) => !built.files.has(path))).toEqual([]);
  });
});

describe('A build of the console', () => {
  const directory = newDirectory();
  const sourceDirectory = join(directory, 'sources');
  const write = (files: Readonly<Record<string, string>>) => {
    mkdirSync(join(sourceDirectory, 'style'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(sourceDirectory, name), text);
  };
  const page =
    '<head><link rel="stylesheet" href="/main.css"><script type="module" src="/main.js"></script></head>';
  const sources = {
    'index.html': page,
    'style/main.css': "@import './colours.css'; a { color: red }",
    'style/colours.css': 'b { color: blue }',
    'main.tsx': "import { shared } from './shared';\nshared('main');\nvoid import('./later');",
    'later.ts': "import { shared } from './shared';\nshared('later');",
    'shared.ts': 'export const shared = (text: string) => console.log(text);',
  };
  beforeEach(() => write(sources));
  afterAll(() => removeDirectory(directory));

  it('names what the page needs at once, and only that', async () => {
    const built = await buildConsole({ sourceDirectory });
    const names = [...built.files.keys()];
    expect(names).toHaveLength(5);
    const text = textOf(built, 'index.html');
    const preloaded = [...text.matchAll(/<link rel="modulepreload" href="\/([^"]+)">/g)].map(
      ([, path = '']) => path,
    );
    expect(preloaded).toHaveLength(1);
    // What two chunks need is one of its own.
    expect(textOf(built, preloaded[0] ?? '')).toContain('console.log');
    const css = names.find((name) => name.endsWith('.css')) ?? '';
    expect(text).toContain(`href="/${css}"`);
    expect(textOf(built, css)).toContain('b{color:#00f}a{color:red}');
    expect(text).not.toContain(names.find((name) => name.includes('later')) ?? 'later');
  });

  it('gives a changed file another name, and no other', async () => {
    const before = await buildConsole({ sourceDirectory });
    write({ 'style/colours.css': 'b { color: green }' });
    const after = await buildConsole({ sourceDirectory });
    const isNew = [...after.files.keys()].filter((name) => !before.files.has(name));
    expect(isNew).toEqual([expect.stringMatching(/^assets\/main-\w+\.css$/)]);
  });

  it('is written with each file compressed twice, in place of the one before', async () => {
    const out = join(directory, 'out');
    writeConsole(await buildConsole({ sourceDirectory }), out, { isCompressed: true });
    write({ 'style/main.css': 'a { color: green }' });
    writeConsole(await buildConsole({ sourceDirectory }), out, { isCompressed: true });
    expect(readdirSync(out).sort()).toEqual(['assets', 'index.html', 'index.html.br', 'index.html.gz']);
    expect(readdirSync(join(out, 'assets'))).toHaveLength(4 * 3);
    expect(readFileSync(join(out, 'index.html'), 'utf8')).toContain('/assets/main-');
  });

  it('leaves the one before in place until all of it is written', async () => {
    const out = join(directory, 'kept');
    const built = await buildConsole({ sourceDirectory });
    writeConsole(built, out, { isCompressed: false });
    const before = readdirSync(out, { recursive: true }).sort();
    const broken = {
      files: new Map([...built.files, ['index.html/below-a-file', new Uint8Array()] as const]),
    };
    expect(() => writeConsole(broken, out, { isCompressed: false })).toThrow();
    expect(readdirSync(out, { recursive: true }).sort()).toEqual(before);
    writeConsole(built, out, { isCompressed: false });
    expect(readdirSync(directory).filter((name) => name.startsWith('kept'))).toEqual(['kept']);
  });

  it('that is broken says where', async () => {
    write({ 'main.tsx': 'const = 1;' });
    await expect(buildConsole({ sourceDirectory })).rejects.toThrow(/main\.tsx:1:6/);
    write({ ...sources, 'index.html': page.replace('/main.css', '/other.css') });
    await expect(buildConsole({ sourceDirectory })).rejects.toThrow(
      'console/index.html: expected href="/main.css" exactly once',
    );
    expect(existsSync(join(sourceDirectory, 'assets'))).toBe(false);
  });
});
