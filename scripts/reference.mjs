// @ts-check
// A Vite plugin for the pages about the elements: `<!-- reference -->` is replaced by what the doc blocks in src/elements
// say of every element, and `<!-- live` … `-->` by a piece of markup twice, as code and as what it does.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./elements_manifest.mjs').Declaration} Declaration */

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @returns {import('vite').Plugin} */
export function reference() {
  return {
    name: 'rnn-heatmap:reference',
    transformIndexHtml: {
      order: 'pre',
      async handler(html) {
        const shown = html.replace(/<!-- live\n([^]*?)-->/g, (_, markup) => live(markup.trim())).replace('<!-- snippet -->', () => snippet());
        if (!shown.includes('<!-- reference -->')) return shown;
        const { elementsIn, elementsManifest } = await import('./elements_manifest.mjs');
        const elements = elementsIn(elementsManifest('dist/package'));
        return shown.replace('<!-- contents -->', () => contents(elements)).replace('<!-- reference -->', () => elements.map(section).join('\n'));
      },
    },
  };
}

/** README.md's snippet as code. */
function snippet() {
  const found = /^## Embed it\n+```html\n([^]+?)\n```/m.exec(readFileSync(join(root, 'README.md'), 'utf8'));
  if (!found) throw new Error('README.md: the section "Embed it" does not begin with a block of HTML');
  return `<pre><code>${escaped(found[1])}</code></pre>`;
}

/** @param {string} markup */
function live(markup) {
  return `<figure class="live"><pre><code>${escaped(markup)}</code></pre><div class="result">${markup}</div></figure>`;
}

/** @param {Declaration[]} elements */
function contents(elements) {
  return `<ul class="contents">${elements.map(({ tagName }) => `<li><a href="#${tagName}"><code>&lt;${tagName}&gt;</code></a></li>`).join('')}</ul>`;
}

/** @param {Declaration} element */
function section(element) {
  const { tagName = '', description = '', attributes = [], members = [], events = [], cssParts = [], cssProperties = [], slots = [], cssStates = [] } = element;
  const own = members.filter((member) => member.kind === 'method' || !member.attribute);
  return `<section id="${tagName}" data-tag="${tagName}" aria-labelledby="${tagName}-title">
  <h2 id="${tagName}-title"><code>&lt;${tagName}&gt;</code></h2>
  ${description.split(/\n\s*\n/).map((paragraph) => `<p>${prose(paragraph)}</p>`).join('\n  ')}
  <div class="example"></div>
  ${table(tagName, 'attribute', 'Attributes', attributes.map(attributeRow))}
  ${table(tagName, 'member', 'Properties and methods', own.map(memberRow))}
  ${table(tagName, 'event', 'Events', events.map(({ name, description: text, type }) => ({ name, text, type: type.text })))}
  ${table(tagName, 'slot', 'Slots', slots.map(row))}
  ${table(tagName, 'state', 'States', cssStates.map(row))}
  ${table(tagName, 'part', 'Parts', cssParts.map(row))}
  ${table(tagName, 'css', 'Custom properties', cssProperties.map(row))}
</section>`;
}

/** @typedef {{name: string, text?: string, type?: string, value?: string}} Row */

/** @param {import('./elements_manifest.mjs').Attribute} attribute @returns {Row} */
function attributeRow({ name, description, type, default: value, fieldName }) {
  const text = fieldName && fieldName !== name ? `${description ?? ''} The property is \`${fieldName}\`.` : description;
  return { name, text, type: type?.text, value };
}

/** @param {import('./elements_manifest.mjs').Field | import('./elements_manifest.mjs').Method} member @returns {Row} */
function memberRow(member) {
  const { name, description: text } = member;
  if (member.kind === 'method') return { name, text, type: `(${(member.parameters ?? []).map((parameter) => parameter.name).join(', ')})` };
  return { name, text: member.readonly ? `${text ?? ''} Read only.` : text, type: member.type?.text, value: member.default };
}

/** @param {import('./elements_manifest.mjs').Named} named @returns {Row} */
function row({ name, description: text, default: value }) {
  return { name, text, value };
}

/** @param {string} tag @param {string} kind @param {string} title @param {Row[]} rows */
function table(tag, kind, title, rows) {
  if (rows.length === 0) return '';
  const lines = rows.map(({ name, text = '', type, value }) => {
    const facts = [type && `<code>${escaped(type)}</code>`, value && value !== 'undefined' && `unless given <code>${escaped(value)}</code>`].filter(Boolean).join(', ');
    return `<tr data-kind="${kind}" data-name="${escaped(name)}"><th scope="row"><code>${escaped(name)}</code></th><td>${prose(text)}${facts ? ` <span class="facts">${facts}</span>` : ''}</td><td class="try"></td></tr>`;
  });
  return `<table><caption>${title} of <code>&lt;${tag}&gt;</code></caption><thead><tr><th scope="col">Name</th><th scope="col">What it is</th><th scope="col">Try it</th></tr></thead><tbody>${lines.join('')}</tbody></table>`;
}

/** Text of a doc block: only its code is marked. @param {string} text */
function prose(text) {
  return escaped(text.replaceAll('\n', ' ').trim()).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
