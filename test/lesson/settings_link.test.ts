import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cells, tasks } from '../../src/engine';
import { GRU_RULES, LEARNER_RULES, RACE_RULES, STORED_RULES } from '../../src/lesson/figure_rules';
import { defaults, readLink, writtenLink } from '../../src/lesson/link';
import { raceNetworks } from '../../src/lesson/race_networks';
import { readSettings, startOf, writtenSettings, type SettingRules, type SettingsOf } from '../../src/lesson/settings_link';

const figures = { stored: STORED_RULES, gru: GRU_RULES, learner: LEARNER_RULES, race: RACE_RULES };

/** Any settings that the rules allow. */
function settingsBy<Rules extends SettingRules>(rules: Rules): fc.Arbitrary<SettingsOf<Rules>> {
  const values = Object.entries(rules).map(([name, rule]) => {
    if ('of' in rule) return [name, fc.constantFrom(...rule.of)] as const;
    const whole = fc.integer({ min: Math.ceil(rule.least), max: Math.floor(rule.most) });
    return [name, rule.whole ? whole : fc.oneof(whole, fc.constant(rule.start))] as const;
  });
  return fc.record(Object.fromEntries(values)) as unknown as fc.Arbitrary<SettingsOf<Rules>>;
}

test.each(Object.entries(figures))('the address restores every setting of the figure “%s”, and needs no escapes', (name, rules) => {
  fc.assert(
    fc.property(settingsBy<SettingRules>(rules), (settings) => {
      const written = writtenSettings<SettingRules>(rules, settings);
      expect(encodeURIComponent(written)).toBe(written);
      const complaints: string[] = [];
      expect(readSettings<SettingRules>(name, rules, written, complaints)).toEqual(settings);
      expect(complaints).toEqual([]);
      const link = readLink(writtenLink({ ...defaults, [name]: written }), cells.map((cell) => cell.name));
      expect(link.complaints).toEqual([]);
      expect(link.settings[name as 'race'] ?? '').toBe(written);
    }),
  );
});

test('a figure that stands as it starts is not written', () => {
  expect(writtenSettings(RACE_RULES, startOf(RACE_RULES))).toBe('');
});

test.each([
  ['distance-0', 'distance is a whole number from 1 to 100, and not “0”'],
  ['distance-2.5', 'distance is a whole number'],
  ['bias-NaN', 'bias is a number from 0 to 5'],
  ['who-xyz', 'who is one of a, b'],
  ['nonsense', '“nonsense” is no setting of it'],
  ['__proto__-1', '“__proto__-1” is no setting of it'],
])('what makes no sense is left as the figure starts, and complained about: %s', (text, complaint) => {
  const complaints: string[] = [];
  expect(readSettings('race', RACE_RULES, `${text}~updates-50`, complaints)).toEqual({ ...startOf(RACE_RULES), updates: 50 });
  expect(complaints).toHaveLength(1);
  expect(complaints[0]).toContain(complaint);
});

test('names that a link may hold are those of networks, cells and tasks that there are', () => {
  expect(RACE_RULES.who.of.every((who) => [...who].every((letter) => raceNetworks.some((network) => network.letter === letter)))).toBe(true);
  expect(cells.map(({ name }) => name)).toEqual(expect.arrayContaining([...LEARNER_RULES.cell.of]));
  expect([...LEARNER_RULES.task.of].toSorted()).toEqual(tasks.map(({ name }) => name).toSorted());
  for (const { cell } of raceNetworks) expect(cells.map(({ name }) => name)).toContain(cell);
});
