import { demoHelp, readDemoOptions } from '../../../local/tools/demo/demo-options';

describe('The options of npm run demo', () => {
  it('refuses an option that it has not, and says which there are', () => {
    expect(readDemoOptions(['--help'], {}, '/')).toBe('help');
    expect(demoHelp).toContain('--data DIR');
    expect(() => readDemoOptions(['--faults', '1'], {}, '/')).toThrow("Unknown option '--faults'");
  });
});
