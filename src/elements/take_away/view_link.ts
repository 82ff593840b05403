/**
 * A heatmap's view in the address of its page, for those that are told to (`permalink`): `#heatmap.ID=zoom%3D2…`. It stands
 * after the number sign, which no request carries; what else stands there stays.
 */
import { viewOf } from './embed_code';
import type { HeatmapProperties } from '../heatmap_properties';

/** Attributes that an address may set: how it is shown, never what. */
const VIEW: readonly string[] = ['zoom', 'first-column', 'first-row', 'order', 'order-column', 'selected-rows', 'selected-columns', 'pinned', 'table', 'time-direction'];

/** The address of this page, with the heatmap as it is shown. */
export function viewLink(host: HeatmapProperties, address: string): string {
  const view = new URLSearchParams();
  for (const [name, value] of Object.entries(viewOf(host))) if (value !== undefined && VIEW.includes(name)) view.set(name, String(value));
  const url = new URL(address);
  const others = url.hash.slice(1).split('&').filter((part) => part && !part.startsWith(`${keyOf(host)}=`));
  url.hash = [...others, `${keyOf(host)}=${encodeURIComponent(view.toString())}`].join('&');
  return url.href;
}

/** Shows what an address says, where it says anything about this heatmap; what makes no sense is explained as in an attribute. */
export function showLinked(host: HeatmapProperties, hash: string): void {
  const part = hash
    .slice(1)
    .split('&')
    .find((candidate) => candidate.startsWith(`${keyOf(host)}=`));
  if (part === undefined) return;
  const view = new URLSearchParams(decoded(part.slice(part.indexOf('=') + 1)));
  for (const name of VIEW) {
    const value = view.get(name);
    if (value === null) host.removeAttribute(name);
    else host.setAttribute(name, value);
  }
}

function keyOf({ id }: HeatmapProperties): string {
  return `heatmap.${encodeURIComponent(id)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
