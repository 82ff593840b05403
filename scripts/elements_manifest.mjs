// @ts-check
// The elements' public face as data, read from the doc blocks in src/elements: what custom-elements.json,
// React's types and the reference page are made of.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, ts } from '@custom-elements-manifest/analyzer/index.js';
import { litPlugin } from '@custom-elements-manifest/analyzer/src/features/framework-plugins/lit/lit.js';

/**
 * @typedef {{name: string, module: string}} Reference
 * @typedef {{name: string, description?: string, type?: {text: string}, default?: string, fieldName?: string, inheritedFrom?: Reference}} Attribute
 * @typedef {{kind: 'field', name: string, description?: string, type?: {text: string}, default?: string, attribute?: string, static?: boolean, readonly?: boolean, privacy?: string, inheritedFrom?: Reference}} Field
 * @typedef {{kind: 'method', name: string, description?: string, static?: boolean, privacy?: string,
 *   parameters?: {name: string, type?: {text: string}, optional?: boolean}[], return?: {type: {text: string}}}} Method
 * @typedef {{name: string, description?: string, default?: string}} Named
 * @typedef {Named & {type: {text: string}}} EventDoc
 * @typedef {{kind: string, name: string, customElement?: boolean, tagName?: string, description?: string, attributes?: Attribute[], members?: (Field | Method)[],
 *   events?: EventDoc[], cssParts?: Named[], cssProperties?: Named[], slots?: Named[], cssStates?: Named[]}} Declaration
 * @typedef {{kind: string, path: string, declarations?: Declaration[], exports?: {kind: string, name: string, declaration: {name: string, module?: string}}[]}} Module
 * @typedef {{schemaVersion: string, readme: string, modules: Module[]}} Manifest
 *
 * A class as its source has it: its type parameters, the arguments it gives to those of its base, and the types of fields that
 * it declares without defining them.
 * @typedef {{parameters: {name: string, fallback: string}[], given: string[], declared: Map<string, string>}} ClassTypes
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = 'src/elements';

/**
 * The manifest, with the paths of the modules as published.
 *
 * @param {string} published the folder that src/ becomes, such as `dist/package`
 * @returns {Manifest}
 */
export function elementsManifest(published) {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const modules = files.toSorted().map((file) => {
    const path = join(folder, file).replaceAll('\\', '/');
    return ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.ES2020, true);
  });
  const manifest = /** @type {Manifest} */ (create({ modules, plugins: [...litPlugin(), definitions()], context: { dev: false } }));
  const classes = classTypes(modules);
  for (const module of manifest.modules) {
    for (const declaration of module.declarations ?? []) {
      keepPublic(declaration);
      settleTypes(declaration, classes);
    }
  }
  manifest.modules = manifest.modules.filter(isPublic);
  return JSON.parse(JSON.stringify(manifest).replaceAll(/"\/?src\/([^"]+?)(?:\.ts)?"/g, `"${published}/$1.js"`));
}

/** All elements of a manifest. @param {Manifest} manifest */
export function elementsIn(manifest) {
  return manifest.modules.flatMap(({ declarations = [] }) => declarations).filter((declaration) => declaration.customElement && declaration.tagName);
}

/** Fields that a page may set. @param {Declaration} element @returns {Field[]} */
export function propertiesOf({ members = [] }) {
  return members.filter((member) => member.kind === 'field').filter(({ readonly }) => !readonly);
}

/** Elements, what defines them, and what they inherit from or fire. @param {Module} module */
function isPublic({ path, declarations = [], exports = [] }) {
  return path.endsWith('/index.ts') || exports.some(({ kind }) => kind === 'custom-element-definition') || declarations.some(({ customElement, name }) => customElement || name.endsWith('Event'));
}

/** Members for whoever uses the element, and events that the doc block tells of. @param {Declaration} declaration */
function keepPublic(declaration) {
  declaration.members = declaration.members?.filter(({ privacy, static: isStatic, name }) => privacy === undefined && !isStatic && !name.startsWith('#'));
  declaration.events = declaration.events?.filter(({ description }) => description);
}

/** @param {import('typescript-5.9').SourceFile[]} files @returns {Map<string, ClassTypes>} */
function classTypes(files) {
  const classes = files.flatMap(({ statements }) => statements.filter(ts.isClassDeclaration));
  return new Map(
    classes.map((found) => [
      found.name?.text ?? '',
      {
        parameters: (found.typeParameters ?? []).map(({ name, default: fallback }) => ({ name: name.text, fallback: fallback?.getText() ?? 'unknown' })),
        given: (found.heritageClauses?.[0].types[0].typeArguments ?? []).map((given) => given.getText()),
        declared: new Map(found.members.filter(ts.isPropertyDeclaration).flatMap(({ modifiers, name, type }) => (type && modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) ? [[name.getText(), type.getText()]] : []))),
      },
    ]),
  );
}

/**
 * What a base leaves open is settled: where it has a `Wording<Own>`, who extends `ModelFigure<EntryPhrases>` has a
 * `Wording<EntryPhrases>`, or the type that it declares itself.
 *
 * @param {Declaration} declaration
 * @param {Map<string, ClassTypes>} classes
 */
function settleTypes({ name, members = [], attributes = [] }, classes) {
  const { given = [], declared } = classes.get(name) ?? {};
  for (const each of [...members.filter((member) => member.kind === 'field'), ...attributes]) {
    const base = each.inheritedFrom && classes.get(each.inheritedFrom.name);
    if (!base || !each.type) continue;
    const settled = base.parameters.reduce((text, parameter, k) => text.replaceAll(new RegExp(`\\b${parameter.name}\\b`, 'g'), given[k] ?? parameter.fallback), each.type.text);
    each.type = { text: declared?.get(('fieldName' in each && each.fieldName) || each.name) ?? settled };
  }
}

/** `defineElement('rnn-x', RnnX)` gives a class its tag, as `customElements.define` does. */
function definitions() {
  return {
    name: 'definitions',
    /** @param {{node: import('typescript-5.9').Node, moduleDoc: Module}} found */
    analyzePhase({ node, moduleDoc }) {
      if (!ts.isCallExpression(node) || node.expression.getText() !== 'defineElement') return;
      const [tag, element] = node.arguments;
      if (!ts.isStringLiteral(tag)) return;
      const module = `${folder}/${tag.text}.ts`;
      moduleDoc.exports = [...(moduleDoc.exports ?? []), { kind: 'custom-element-definition', name: tag.text, declaration: { name: element.getText(), module } }];
    },
  };
}
