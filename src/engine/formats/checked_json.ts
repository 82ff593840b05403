/** Checks of JSON that came from a stranger, one for each type: what passes is exactly that type, and built anew. */
import { FormatError } from '../errors';

/** Returns the value as its type. Throws FormatError naming the place: `model.layers[1].hidden`. */
export type Check<Type> = (value: unknown, at: string) => Type;

export const text: Check<string> = (value, at) => (typeof value === 'string' ? value : refuse(at, 'a text'));
export const number: Check<number> = (value, at) => (typeof value === 'number' ? value : refuse(at, 'a number'));
export const flag: Check<boolean> = (value, at) => (typeof value === 'boolean' ? value : refuse(at, 'true or false'));

export const scalar: Check<number | string | boolean> = (value, at) =>
  typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? value : refuse(at, 'a number, a text, true or false');

export function optional<Type>(check: Check<Type>): Check<Type | undefined> {
  return (value, at) => (value === undefined ? undefined : check(value, at));
}

export function listOf<Type>(check: Check<Type>): Check<Type[]> {
  return (value, at) => (Array.isArray(value) ? value.map((item, i) => check(item, `${at}[${i}]`)) : refuse(at, 'a list'));
}

export function recordOf<Type>(check: Check<Type>): Check<Record<string, Type>> {
  return (value, at) => Object.fromEntries(Object.entries(object(value, at)).map(([key, item]) => [key, check(item, `${at}.${key}`)]));
}

/** An object that has this field, or else another. */
export function withField<One, Other>(field: string, one: Check<One>, other: Check<Other>): Check<One | Other> {
  return (value, at) => (Object.hasOwn(object(value, at), field) ? one(value, at) : other(value, at));
}

/** An object of these fields and no others. */
export function fields<Type extends object>(checks: { readonly [Key in keyof Type]-?: Check<Type[Key]> }): Check<Type> {
  return (value, at) => {
    const given = object(value, at);
    const unknown = Object.keys(given).find((key) => !Object.hasOwn(checks, key));
    if (unknown !== undefined) throw new FormatError(at, `"${unknown.slice(0, 100)}" is not known here; a later version may have written it.`);
    const taken = Object.entries<Check<unknown>>(checks).map(([key, check]) => [key, check(Object.hasOwn(given, key) ? given[key] : undefined, `${at}.${key}`)] as const);
    return Object.fromEntries(taken.filter(([, item]) => item !== undefined)) as Type;
  };
}

/** Parses a text. Throws FormatError. */
export function parsedJson<Type>(json: string, check: Check<Type>, at: string): Type {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new FormatError(at, `it is not JSON: ${(error as Error).message.slice(0, 100)}.`);
  }
  return check(value, at);
}

function object(value: unknown, at: string): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : refuse(at, 'an object');
}

function refuse(at: string, what: string): never {
  throw new FormatError(at.slice(0, 200), `it must be ${what}.`);
}
