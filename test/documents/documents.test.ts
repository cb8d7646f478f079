import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { documentedCalls } from '../../local/cloud/gateway/function-routes';

const root = join(__dirname, '../..');
const documents = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'],
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
];
const textOf = (document: string): string => readFileSync(join(root, document), 'utf8');
const allMatches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found = '']) => found);
const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** What a heading is called in links, as GitHub has it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** Paths that a reader makes, or that are there only where somebody has made them. */
const madeByReaders = [/^schemas\/sources\//, /^schemas\/pipelines\/shop\//, /^local\/[\w-]+\/dist\//];

describe.each(documents)('%s', (document) => {
  const text = textOf(document);

  it('links to what is there', () => {
    const links = unique(allMatches(text, /\]\(([^)\s]+)\)/g)).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(root, target))) return true;
      const anchors = () => allMatches(textOf(target), /^#+ (.+)$/gm).map(anchorOf);
      return anchor !== undefined && !anchors().includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names paths that are there', () => {
    const paths = allMatches(
      text,
      /`((?:functions|shared|schemas|local|test|docs|\.devcontainer)\/[^`\s]*)`/g,
    )
      .map((path) => path.replace(/:\d+$/, ''))
      .filter((path) => !/[<>…*{}]/.test(path) && madeByReaders.every((made) => !made.test(path)));
    expect(unique(paths).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names npm commands that are there', () => {
    const packageSchema = z.object({ scripts: z.record(z.string(), z.string()) });
    const { scripts } = packageSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const named = allMatches(text, /\bnpm run (?:-s )?([a-z][\w:-]*)/g);
    expect(unique(named).filter((name) => !(name in scripts))).toEqual([]);
  });

  it('has lines that fit, but for tables, links and examples', () => {
    const long = text
      .split('\n')
      .filter((line) => line.length > 115 && !/^(\||\s{4}|.*\]\(|.*``)/.test(line));
    expect(long).toEqual([]);
  });
});

it('README is under 150 lines', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThan(150);
});

it('docs/configuration.md has every environment variable that functions read', () => {
  const declared = allMatches(readFileSync(join(root, 'shared/env.ts'), 'utf8'), /^ {4}([A-Z][A-Z_]+):/gm);
  const text = textOf('docs/configuration.md');
  expect(declared.length).toBeGreaterThan(8);
  expect(declared.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

it('docs/http-api.md has every code that an error can have', () => {
  const codes = allMatches(
    readFileSync(join(root, 'shared/errors.ts'), 'utf8'),
    /^ {2}([a-z_]+): \{ status:/gm,
  );
  const text = textOf('docs/http-api.md');
  expect(codes.length).toBeGreaterThan(10);
  expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
});

it('docs/http-api.md has every call that the gateway tells of', () => {
  const told = allMatches(textOf('docs/http-api.md'), /`((?:GET|POST|PATCH|DELETE) [^`?]+)/g);
  const calls = documentedCalls.map((call) => call.replace(/ +/, ' '));
  expect(calls.filter((call) => !told.includes(call))).toEqual([]);
});

/** Rights of deploy.sh as a reader of ARCHITECTURE.md sees them: which account may write which metadata table. */
it('ARCHITECTURE.md says who may write which table as deploy.sh does', () => {
  const rights = /^rights\(\)[\s\S]*?<<'END'\n([\s\S]*?)\nEND/m.exec(
    readFileSync(join(root, 'deploy.sh'), 'utf8'),
  )?.[1];
  const granted = (rights ?? '').split('\n').flatMap((line) => {
    const [account, role = '', ...tables] = line.split(' ');
    const may = { row_editor: 'reads and writes', row_writer: 'writes' }[role];
    return may === undefined ? [] : tables.map((table) => `${account} ${may} ${table.replace('@', '')}`);
  });
  const [, head = '', body = ''] =
    /^(\| function \|.*)\n\|[-|]+\n((?:\|.*\n)+)/m.exec(textOf('ARCHITECTURE.md')) ?? [];
  const columns = head
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.replaceAll('`', '').replace(' (control)', '').trim());
  const told = body
    .trim()
    .split('\n')
    .flatMap((row) => {
      const [, name = '', ...cells] = row.split('|').map((cell) => cell.trim());
      const [account = ''] = name.split(' ');
      return cells.flatMap((cell, index) =>
        /\bW\b/.test(cell)
          ? (columns[index] ?? '')
              .split(', ')
              .map((table) => `${account} ${/\bR\b/.test(cell) ? 'reads and writes' : 'writes'} ${table}`)
          : [],
      );
    });
  // onboard owns its datasets, and the worker has all tables of tenants but api_keys: neither is a right to rows by
  // table. Of the control dataset's they have these.
  const byTable = told.filter(
    (line) =>
      !/^(onboard|worker)\b/.test(line) ||
      ['worker writes all_runs', 'onboard writes audit_log', 'onboard writes refusals'].includes(line),
  );
  expect(byTable.sort()).toEqual(granted.sort());
  expect(told.filter((line) => line.endsWith(' api_keys')).map((line) => line.split(' ')[0])).toEqual([
    'onboard',
    'tenants',
    'run',
    'reconcile',
  ]);
});
