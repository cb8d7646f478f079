import { besideFields, fieldError, shownProblem, untoldFields } from '../../../console/data/problems';

const problem = {
  ...shownProblem(new Error('alert_at_percent.2: expected at most 100')),
  fields: new Map([['alert_at_percent.2', 'expected at most 100']]),
};

describe('What is wrong with a field', () => {
  it.each([
    ['alert_at_percent', 'expected at most 100'],
    ['alert_at_percent.2', 'expected at most 100'],
    ['alert', undefined],
  ])('of %s is %p', (name, expected) => {
    expect(fieldError(problem, name)).toBe(expected);
  });

  it('is told beside it, and elsewhere only where it stands beside none', () => {
    const two = { ...problem, fields: new Map([...problem.fields, ['other', 'expected none']]) };
    expect(besideFields(problem, ['expected at most 100'])).toBeUndefined();
    expect(besideFields(two, ['expected at most 100', null])).toMatchObject({
      detail: '',
      fields: new Map([['other', 'expected none']]),
    });
    expect(besideFields(two, ['A value is needed.'])).toBe(two);
    const ofNoField = shownProblem(new Error('not now'));
    expect(besideFields(ofNoField, [])).toBe(ofNoField);
  });

  it('is not told again beside a detail that tells it', () => {
    expect(untoldFields(problem)).toEqual([]);
    expect(untoldFields({ ...problem, detail: 'Something is wrong' })).toHaveLength(1);
  });
});
