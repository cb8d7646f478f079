import { readdirSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** What esbuild calls the one module of all pages. */
export const allPages = 'all-pages';
const namespace = 'pages-together';
export const allPagesEntry = `${namespace}:${allPages}`;

/**
 * Pages are imported on demand, each by itself, so that nothing else imports them. Built so they would be some fifty
 * files, most of them of a few hundred bytes that several pages share: together a fifth larger, as each is compressed
 * by itself, and a page would ask for ten of them. So whoever imports one page gets all. Their exported names are
 * unique (test/architecture/tree.test.ts): one module can have them all. It has what begins the console, too: so that
 * is no file of its own beside the one of what it shares with the pages.
 */
export const pagesTogether = (sourceDirectory: string): Plugin => ({
  name: namespace,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /-pages?$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: allPages, namespace } : undefined,
    );
    onLoad({ filter: /./, namespace }, () => ({
      contents: ['main', ...pagesIn(sourceDirectory)].map((file) => `export * from './${file}';`).join('\n'),
      resolveDir: sourceDirectory,
    }));
  },
});

const pagesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /-pages?\.tsx$/.test(file))
    .map((file) => file.replaceAll('\\', '/').replace(/\.tsx$/, ''))
    .sort();
