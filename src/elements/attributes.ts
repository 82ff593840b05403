/** How attributes become properties where HTML or Lit would lose something on the way. */
import type { ComplexAttributeConverter } from 'lit';

/**
 * A number from an attribute, `fallback` when the attribute is taken away. What is no number stays as it was
 * written, so that the message about it can say what was given.
 */
export function numberAttribute(fallback: number): ComplexAttributeConverter<number> {
  return {
    fromAttribute(text) {
      if (text === null) return fallback;
      const number = Number(text);
      return text.trim() === '' || Number.isNaN(number) ? (`"${text}"` as unknown as number) : number;
    },
  };
}

/**
 * `hidden` is an HTML attribute with a meaning of its own. On these elements a number in it is the number of units,
 * and only the forms that HTML knows (no value, `until-found`) hide the element; those leave the number as it was.
 */
export function hidesElement(attribute: string, text: string | null): boolean {
  return attribute === 'hidden' && (text === '' || text === 'hidden' || text === 'until-found');
}

/** Lets `element.hidden` speak for both: a number, also as a text, sets `units`; anything else hides or shows as HTML has it. */
export function unitsAsHidden(element: { prototype: HTMLElement & { units: number } }): void {
  Object.defineProperty(element.prototype, 'hidden', {
    configurable: true,
    enumerable: true,
    get(this: HTMLElement): boolean {
      return hidesElement('hidden', this.getAttribute('hidden'));
    },
    set(this: HTMLElement & { units: number }, value: unknown) {
      if (typeof value === 'number') this.units = value;
      else if (typeof value === 'string' && !hidesElement('hidden', value)) this.setAttribute('hidden', value);
      else if (value) this.setAttribute('hidden', '');
      else if (this.hidden) this.setAttribute('hidden', String(this.units));
    },
  });
}

/** A word from an attribute, `fallback` when the attribute is taken away. */
export function wordAttribute<Word extends string>(fallback: Word): ComplexAttributeConverter<Word> {
  return { fromAttribute: (text) => (text ?? fallback) as Word };
}

/** A number that may be absent. */
export const optionalNumberAttribute: ComplexAttributeConverter<number | undefined> = {
  fromAttribute(text) {
    return text === null ? undefined : numberAttribute(0).fromAttribute!(text);
  },
};

/** Numbers as JSON, or separated by spaces, commas or semicolons. What is no number stays text, to be named. */
export const valuesAttribute: ComplexAttributeConverter<unknown> = {
  fromAttribute(text) {
    if (text === null) return undefined;
    const list = json(text);
    if (Array.isArray(list)) return list;
    const words = text.split(/[\s,;]+/).filter(Boolean);
    return words.map((word) => (Number.isNaN(Number(word)) && word.toLowerCase() !== 'nan' ? word : Number(word)));
  },
};

/** Numbers separated by spaces or commas; none when the attribute is taken away. What is no number stays text, to be named. */
export const numbersAttribute: ComplexAttributeConverter<readonly number[]> = {
  fromAttribute: (text) => (valuesAttribute.fromAttribute!(text) as readonly number[] | undefined) ?? [],
};

/** An object as JSON; what is none is as if nothing were given. */
export const objectAttribute: ComplexAttributeConverter<object> = {
  fromAttribute(text) {
    const object = text === null ? undefined : json(text);
    return typeof object === 'object' && object !== null ? object : {};
  },
};

/** Labels as a JSON list, or separated by commas, or else by spaces. */
export const labelsAttribute: ComplexAttributeConverter<readonly string[] | undefined> = {
  fromAttribute(text) {
    if (text === null) return undefined;
    const list = json(text);
    if (Array.isArray(list)) return list.map(String);
    return text.includes(',') ? text.split(',').map((label) => label.trim()) : text.split(/\s+/).filter(Boolean);
  },
};

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
