import { createGroupCommit } from '../../../shared/runs/group-commit';
import { currentContext, inContext } from '../../../shared/telemetry/context';
import { newTrace } from '../../../shared/telemetry/trace';
import { done, settings } from './group-commit-by-hand';

describe('A group commit', () => {
  it('belongs to the request of its first item, not to the one that began the queue', async () => {
    const requests = ['a', 'b', 'c'].map((tenant) => ({ trace: newTrace(), labels: { tenant } }));
    const commits: unknown[] = [];
    const submit = createGroupCommit<string, string>({
      ...settings,
      commit: async (_key, items) => {
        commits.push([items.join(), currentContext()?.labels.tenant]);
        return items.map(done);
      },
    });
    await Promise.all(
      requests.map((request) => inContext(request, () => submit('acme', request.labels.tenant))),
    );
    await submit('acme', 'of none');
    expect(commits).toEqual([
      ['a', 'a'],
      ['b,c', 'b'],
      ['of none', undefined],
    ]);
  });
});
