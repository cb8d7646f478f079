const { execFileSync } = require('node:child_process');
const { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { buildSync } = require('esbuild');

/** `npm pack` runs this: one JavaScript module that browsers and Node load, its types, and the command line. */
const dist = join(__dirname, 'dist');
rmSync(dist, { recursive: true, force: true });
buildSync({
  entryPoints: [join(__dirname, 'index.ts')],
  outfile: join(dist, 'index.js'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
});
buildSync({
  entryPoints: [join(__dirname, 'cli/main.ts')],
  outfile: join(dist, 'cli.js'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.15',
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync(join(dist, 'cli.js'), 0o755);
const compiler = require.resolve('typescript/package.json');
const { bin } = require(compiler);
execFileSync(
  process.execPath,
  [join(compiler, '..', bin.tsc), '--project', join(__dirname, 'tsconfig.build.json')],
  { stdio: 'inherit' },
);

// Node's way of finding modules wants whole file names, in types, too.
for (const name of readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.d.ts'))) {
  const file = join(dist, name);
  const text = readFileSync(file, 'utf8').replaceAll("from './api'", "from './api/index'");
  writeFileSync(file, text.replace(/(from '\.\/[\w/-]+)'/g, "$1.js'"));
}
