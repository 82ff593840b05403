/**
 * The words of an element, every one of which a page may put others in the place of: in another language, or in the
 * terms of its own field. An element lists its phrases as functions of what they tell; a page gives, under the same
 * names, functions of the same kind, or texts with `{name}` where something is told. What a page gives never breaks a
 * picture: nonsense is passed over, and the element's own words stand.
 */

/** An element's own phrases, in English. */
export type Phrases = Readonly<Record<string, (told: never) => string>>;

/** What a page may put in the place of some of them. */
export type Wording<Own extends Phrases> = { readonly [Name in keyof Own]?: string | Own[Name] };

/** Says a phrase in the page's words, or in the element's own. */
export type Say<Own extends Phrases> = <Name extends keyof Own>(name: Name, ...told: Parameters<Own[Name]>) => string;

/** @param wording - a page's words; whatever else it may be is passed over */
export function sayer<Own extends Phrases>(own: Own, wording: object | undefined): Say<Own> {
  const given = (typeof wording === 'object' && wording !== null ? wording : {}) as Readonly<Record<keyof Own, unknown>>;
  return (name, ...told) => (saysNothing(told[0]) ? '' : (inPageWords(given[name], told[0]) ?? own[name](...(told as [never]))));
}

/** What comes from elsewhere and is empty is no sentence, whatever a page puts around sentences. */
function saysNothing(told: unknown): boolean {
  return (told as { readonly text?: unknown } | undefined)?.text === '';
}

function inPageWords(given: unknown, told: unknown): string | undefined {
  if (typeof given === 'string') return given.replace(/\{(\w+)\}/g, (place, name: string) => String((told as Readonly<Record<string, unknown>> | undefined)?.[name] ?? place));
  if (typeof given !== 'function') return undefined;
  try {
    const said: unknown = given(told);
    return typeof said === 'string' ? said : undefined;
  } catch {
    return undefined; // the page's own mistake must not take the picture away
  }
}
