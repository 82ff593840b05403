/**
 * A figure's own settings as they stand in the address: `distance-20~bias-3`, only what differs from how the figure
 * starts. Made of characters that an address leaves as they are.
 */

/** What a setting may be: a whole or decimal number in a range, or one of some words. */
export type SettingRule = { readonly start: number; readonly least: number; readonly most: number; readonly whole?: boolean } | { readonly start: string; readonly of: readonly string[] };

export type SettingRules = Readonly<Record<string, SettingRule>>;

export type SettingsOf<Rules extends SettingRules> = { readonly [Name in keyof Rules]: Rules[Name]['start'] extends number ? number : string };

/** How a figure starts. */
export function startOf<Rules extends SettingRules>(rules: Rules): SettingsOf<Rules> {
  return Object.fromEntries(Object.entries(rules).map(([name, { start }]) => [name, start])) as SettingsOf<Rules>;
}

/** Empty for a figure that stands as it starts. */
export function writtenSettings<Rules extends SettingRules>(rules: Rules, settings: SettingsOf<Rules>): string {
  return Object.entries(rules)
    .filter(([name, { start }]) => settings[name] !== start)
    .map(([name]) => `${name}-${settings[name]}`)
    .join('~');
}

/** Reads what `writtenSettings` wrote. What makes no sense is left as the figure starts, and complained about. */
export function readSettings<Rules extends SettingRules>(figure: string, rules: Rules, text: string, complaints: string[] = []): SettingsOf<Rules> {
  const settings: Record<string, number | string> = { ...startOf(rules) };
  for (const pair of text.split('~').filter(Boolean)) {
    const cut = pair.indexOf('-');
    const [name, written] = [pair.slice(0, cut), pair.slice(cut + 1)];
    const rule = cut > 0 && Object.hasOwn(rules, name) ? rules[name] : undefined;
    const value = rule && valueIn(rule, written);
    if (value !== undefined) settings[name] = value;
    else complaints.push(`The figure “${figure}” in this link: ${rule ? `${name} is ${allowed(rule)}, and not “${written.slice(0, 40)}”` : `“${pair.slice(0, 40)}” is no setting of it`}.`);
  }
  return settings as SettingsOf<Rules>;
}

function valueIn(rule: SettingRule, written: string): number | string | undefined {
  if ('of' in rule) return rule.of.includes(written) ? written : undefined;
  const number = /^-?\d{1,9}(\.\d{1,9})?$/.test(written) ? Number(written) : NaN;
  return number >= rule.least && number <= rule.most && (!rule.whole || Number.isInteger(number)) ? number : undefined;
}

function allowed(rule: SettingRule): string {
  if ('of' in rule) return `one of ${rule.of.join(', ')}`;
  return `a ${rule.whole ? 'whole ' : ''}number from ${rule.least} to ${rule.most}`;
}
