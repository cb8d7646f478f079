import { setImmediate as turn } from 'node:timers/promises';
import { createGroupCommit, TimeIsUp } from '../../../shared/runs/group-commit';
import { activeTimers, byHand, Retryable, settings } from './group-commit-by-hand';

describe('The time of an item in a group commit', () => {
  const soon = { budgetMs: 20 };

  it('is up while its commit hangs: it was tried', async () => {
    const { submit, commit, commits } = byHand(soon);
    await expect(submit('acme', 'a')).rejects.toMatchObject({ wasTried: true, cause: undefined });
    // Nobody waits for the late result any more, and the item is not committed again.
    const next = submit('acme', 'b');
    (await commit(0)).fail(new Retryable());
    expect((await commit(1)).items).toEqual(['b']);
    (await commit(1)).succeed();
    expect(await next).toBe('b is done');
    expect(commits).toHaveLength(2);
  });

  it('is up while it waits behind one that hangs: it was not tried, and never will be', async () => {
    const { submit, commit, commits } = byHand(soon);
    const outcomes = await Promise.allSettled([submit('acme', 'a'), submit('acme', 'b')]);
    expect(outcomes).toMatchObject([
      { reason: { wasTried: true } },
      { reason: { wasTried: false, message: 'The time for a commit is up' } },
    ]);
    (await commit(0)).succeed();
    await turn();
    const next = submit('acme', 'c');
    expect((await commit(1)).items).toEqual(['c']);
    (await commit(1)).succeed();
    await next;
    expect(commits).toHaveLength(2);
  });

  it('is up in the end if every commit fails, with the last error as its cause', async () => {
    let commits = 0;
    const submit = createGroupCommit<string, string>({
      ...settings,
      ...soon,
      commit: async () => {
        commits += 1;
        throw new Retryable(`failure ${commits}`);
      },
    });
    const error: unknown = await submit('acme', 'a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TimeIsUp);
    expect(error).toMatchObject({ wasTried: true, cause: expect.any(Retryable) });
    expect(commits).toBeGreaterThan(1);
    const commitsThen = commits;
    await turn();
    await expect(submit('acme', 'b')).rejects.toBeInstanceOf(TimeIsUp);
    expect(commits).toBeGreaterThan(commitsThen);
  });

  it('may be less for one than for others; where none is left, it goes into no commit', async () => {
    const { submit, commit, commits } = byHand({});
    await expect(submit('acme', 'late', 0)).rejects.toMatchObject({ wasTried: false });
    const patient = submit('acme', 'patient');
    await expect(submit('acme', 'short', 20)).rejects.toMatchObject({ wasTried: false });
    (await commit(0)).succeed();
    expect(await patient).toBe('patient is done');
    expect(commits).toHaveLength(1);
  });

  it('is counted for each item: those that came later are still committed', async () => {
    const { submit, commit } = byHand(soon);
    const early = submit('acme', 'a');
    await expect(early).rejects.toBeInstanceOf(TimeIsUp);
    const late = submit('acme', 'b');
    (await commit(0)).succeed();
    (await commit(1)).succeed();
    expect(await late).toBe('b is done');
  });

  it('leaves no timer behind, whether it was up or not', async () => {
    const timersBefore = activeTimers();
    const { submit, commit } = byHand(soon);
    await submit('acme', 'a').catch(() => undefined);
    (await commit(0)).succeed();
    await turn();
    expect(activeTimers()).toBe(timersBefore);
  });
});
