/** XML of a report as plain elements: names in lower case, without name spaces. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ReportError } from './report-error.ts';

export type Element = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseAttributeValue: false,
  parseTagValue: false,
  trimValues: true,
  removeNSPrefix: true,
  // With these the parser also reads numeric references: `&#10;` ends a line of a message.
  htmlEntities: true,
  transformTagName: (name) => name.toLowerCase(),
  transformAttributeName: (name) => name.toLowerCase(),
  processEntities: { enabled: true, maxTotalExpansions: 1_000_000, maxExpandedLength: 64_000_000 },
  isArray: (name, _path, _isLeaf, isAttribute) => !isAttribute && name !== '#text',
});

/** The first line that looks like XML: tools print others before, and a mark or blank lines. */
const BEGINNING = /^\ufeff?[ \t]*<[!?A-Za-z_]/mu;

/**
 * The document as an element that holds its root.
 * @throws ReportError where it is cut off or not well-formed
 */
export function parseXml(text: string): Element {
  const body = bodyOf(text).trimStart();
  const valid = XMLValidator.validate(body);
  if (valid !== true) {
    const { msg, line } = valid.err;
    const before = text.slice(0, text.length - body.length).split('\n').length - 1;
    throw new ReportError(
      { zh: `不是格式正确的 XML（${msg}）`, en: `no well-formed XML (${msg})` },
      line + before,
    );
  }
  try {
    const root: unknown = parser.parse(body);
    return isElement(root) ? root : {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReportError({ zh: `XML 无法读取（${reason}）`, en: `unreadable XML (${reason})` });
  }
}

/** Without what a tool printed before; where an element ends there, that is a part of the report. */
function bodyOf(text: string): string {
  const at = Math.max(0, text.search(BEGINNING));
  return /<\/|\/>/u.test(text.slice(0, at)) ? text : text.slice(at).replace(/^\ufeff/u, '');
}

/** The children of one of the names. */
export function elements(parent: Element, ...names: readonly string[]): readonly Element[] {
  return names.flatMap((name) => listOf(parent[name])).map(toElement);
}

/** Every child element with its name. */
export function children(parent: Element): readonly (readonly [string, Element])[] {
  return Object.entries(parent).flatMap(([name, value]) =>
    name.startsWith('@') || name === '#text'
      ? []
      : listOf(value).map((each) => [name, toElement(each)] as const),
  );
}

/** The value of an attribute; empty where it has none. */
export function attribute(element: Element, name: string): string {
  const value = element[`@${name}`];
  return typeof value === 'string' ? value.trim() : '';
}

export function textOf(element: Element): string {
  const value = element['#text'];
  return typeof value === 'string' ? value : '';
}

/**
 * An attribute that holds a whole number; undefined where it is absent or empty.
 * @throws ReportError for a negative one, and for what is none
 */
export function countOf(element: Element, name: string, text: string): number | undefined {
  const value = attribute(element, name);
  if (value === '') return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new ReportError(
    { zh: `${name}="${value}" 不是数量`, en: `${name}="${value}" is no count` },
    lineOfAttribute(text, name, value),
  );
}

/** The line on which an attribute has that value. */
export function lineOfAttribute(text: string, name: string, value: string): number | null {
  const pattern = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'gi');
  for (const found of text.matchAll(pattern)) {
    if ((found[1] ?? found[2])?.trim() === value) {
      return text.slice(0, found.index).split('\n').length;
    }
  }
  return null;
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined ? [] : [value];
}

function toElement(value: unknown): Element {
  if (isElement(value)) return value;
  return typeof value === 'string' ? { '#text': value } : {};
}

function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
