import { join } from 'node:path';
import { createCallTimes } from './call-times';
import { createCleanup } from './cleanup';
import { smoke } from './smoke';
import { readSmokeOptions, smokeHelp } from './smoke-options';

const waitForTrialMs = 5_000;

const say = (line: string): void => console.log(line);

/** Exit codes: 0 all is right, 1 something is not, 2 an option was not understood, 130 interrupted. */
async function main(): Promise<void> {
  const options = optionsOrEnd();
  if (options === undefined) return;
  const cleanup = createCleanup();
  const callTimes = createCallTimes(() => performance.now());
  let problems = 0;
  let end: Promise<void> | undefined;
  let trying: Promise<void> = Promise.resolve();
  const finish = (code: number): Promise<void> => {
    end ??= (async () => {
      cleanup.close();
      // What is being made at this moment is made before it is removed.
      await Promise.race([trying, new Promise((resolve) => setTimeout(resolve, waitForTrialMs).unref())]);
      say('\nRemoving what was made …');
      const left = await cleanup.removeAll();
      for (const what of left) say(`  STILL THERE  ${what}`);
      say(left.length === 0 ? 'All of it is removed.' : 'Remove the rest by hand.');
      process.exit(left.length === 0 ? code : 1);
    })();
    return end;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void finish(130));
  try {
    const trial = smoke(options, join(__dirname, '../../..'), {
      cleanup,
      callTimes,
      say,
      tell(what, isRight) {
        if (!isRight) problems += 1;
        say(`  ${isRight ? 'right' : 'WRONG'}  ${what}`);
      },
    });
    trying = trial.catch(() => undefined);
    await trial;
    say('\nWhat calls took');
    for (const line of callTimes.lines()) say(`  ${line}`);
    say(problems === 0 ? '\nAll is right.' : `\n${problems} things are WRONG: see above.`);
  } catch (error) {
    problems += 1;
    // What is under way when it is interrupted fails.
    if (end === undefined) console.error(error);
  }
  await finish(problems === 0 ? 0 : 1);
}

function optionsOrEnd() {
  try {
    const options = readSmokeOptions(process.argv.slice(2), process.env);
    if (options !== 'help') return options;
    say(smokeHelp);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
  return undefined;
}

void main();
