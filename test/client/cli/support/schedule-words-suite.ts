interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Of schedules and of many runs at once, in a cloud where runs of the pipeline are over. @param words of a command line */
export function describeScheduleWords(
  words: (...args: readonly string[]) => Promise<Said>,
  pipeline: string,
): void {
  it('schedules are made, listed, paused, resumed, looked back at and deleted', async () => {
    const made = await words(
      'schedules',
      'create',
      pipeline,
      '--cron',
      '30 6 * * MON',
      '--time-zone',
      'Europe/Berlin',
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    const [, id = ''] = /^Schedule (\S+) active\n/.exec(made.out) ?? [];
    expect(made.out).toMatch(/\n {2}planned +30 6 \* \* MON \(Europe\/Berlin\)\n/);
    expect(made.out).toMatch(/\n {2}next +\d{4}-.*06:30.* \(starts .* UTC\)\n( {13}.*\n){4}$/);
    expect((await words('schedules')).out).toMatch(
      new RegExp(`\n${id} +${pipeline} +30 6 \\* \\* MON +Europe/Berlin +active `),
    );
    const changed = await words('schedules', 'change', id, '--every', '7200', '--overlap', 'allow', '--json');
    expect(JSON.parse(changed.out)).toMatchObject({
      cron: null,
      interval_seconds: 7_200,
      overlap: 'allow',
      time_zone: 'Europe/Berlin',
    });
    expect(await words('schedules', 'change', id, '--param', 'nope=1')).toMatchObject({ code: 2 });
    expect((await words('schedules', 'pause', id)).out).toContain(`Schedule ${id} paused\n`);
    const shown = await words('schedules', 'show', id, '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ schedule_id: id, state: 'paused', next_times: [] });
    expect((await words('schedules', 'resume', id)).out).toContain(`Schedule ${id} active\n`);
    expect(await words('schedules', 'history', id)).toMatchObject({
      code: 0,
      err: 'There is nothing yet.\n',
    });
    expect(await words('schedules', 'delete', id)).toMatchObject({
      code: 0,
      err: `Schedule ${id} is deleted\n`,
    });
    expect(await words('schedules', 'list')).toMatchObject({ code: 0, err: 'There are none.\n' });
  });

  it('runs are done again and cancelled by a filter, followed to the end', async () => {
    const again = await words('bulk-rerun', '--pipeline', pipeline, '--reason', 'once more');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toMatch(/^Runs are done again by op_\S+\n(.*\n)*done: (\d+) of \2 done\n$/);
    const none = ['bulk-cancel', '--pipeline', pipeline, '--from', '2099-01-01'];
    expect(await words(...none, '--dry-run')).toMatchObject({ code: 0, out: '0 runs match\n' });
    const begun = JSON.parse((await words(...none, '--no-wait', '--json')).out);
    expect(begun).toMatchObject({ kind: 'bulk-cancel' });
    expect((await words('cancel', begun.operation_id)).code).toBe(0);
  });
}
