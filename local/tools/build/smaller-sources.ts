import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** What the console's JSX becomes calls of: names that no source has. */
export const jsxNames = { jsxFactory: 'elementOf', jsxFragment: 'fragmentOf' } as const;
const jsxImport = `\nimport { createElement as ${jsxNames.jsxFactory}, Fragment as ${jsxNames.jsxFragment} } from 'preact';`;

/**
 * JSX as calls of createElement, whose children need no name: compressed, all pages are two percent smaller. The import
 * stands behind the source, so that errors name its own lines.
 */
export const jsxAsCalls = (sourceDirectory: string): Plugin => ({
  name: 'jsx-as-calls',
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx$/ }, ({ path }) =>
      path.startsWith(join(sourceDirectory, '/'))
        ? { contents: readFileSync(path, 'utf8') + jsxImport, loader: 'tsx' }
        : undefined,
    );
  },
});

/** What uPlot hangs on itself for its users, and the console does not use: it is not seen that nobody does. */
const unusedOfUplot = ['uPlot.join = join;', '(paths.spline  = monotoneCubic);'];

/** uPlot without that, and without what only that needs: a twentieth of it. */
export const uplotInUse: Plugin = {
  name: 'uplot-in-use',
  setup({ onLoad }) {
    onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path }) => {
      const contents = unusedOfUplot.reduce(
        (text, line) => {
          if (text.split(line).length !== 2) throw new Error(`uPlot: expected ${line} exactly once`);
          return text.replace(line, '');
        },
        readFileSync(path, 'utf8'),
      );
      return { contents, loader: 'js' };
    });
  },
};
