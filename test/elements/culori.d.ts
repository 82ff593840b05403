/** The few functions of culori that the tests use; the package brings no types. */
declare module 'culori' {
  export interface Color {
    readonly mode: string;
    readonly [channel: string]: number | string;
  }
  export function differenceCiede2000(): (a: Color, b: Color) => number;
  export function filterDeficiencyProt(severity: number): (colour: Color) => Color;
  export function filterDeficiencyDeuter(severity: number): (colour: Color) => Color;
  export function filterDeficiencyTrit(severity: number): (colour: Color) => Color;
  export function converter(mode: 'oklab'): (colour: Color) => { readonly l: number };
}
