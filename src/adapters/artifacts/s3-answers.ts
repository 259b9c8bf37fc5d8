/** What S3 answers, read from XML. */
import { XMLParser } from 'fast-xml-parser';

export interface S3Object {
  readonly key: string;
  readonly bytes: number;
  readonly changedAtMs: number;
  /** Another one once it has been written again. */
  readonly mark: string;
}

/** Names → texts, objects and lists of them, as they stand: entities are decoded where they are read. */
type Xml = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  parseTagValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  isArray: (name) => name === 'Contents' || name === 'CommonPrefixes',
});

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** One page of a bucket's list. */
export function parseList(body: Buffer): Xml {
  return objectAt(parsed(body), 'ListBucketResult');
}

/** How the next page is asked for; null: this is the last. */
export function nextOf(page: Xml): Readonly<Record<string, string>> | null {
  const token = textAt(page, 'NextContinuationToken');
  return textAt(page, 'IsTruncated') === 'true' && token !== ''
    ? { 'continuation-token': token }
    : null;
}

export function objectsOf(page: Xml): readonly S3Object[] {
  return listAt(page, 'Contents').map((each) => ({
    key: keyAt(page, each, 'Key'),
    bytes: Number(textAt(each, 'Size')),
    changedAtMs: Date.parse(textAt(each, 'LastModified')),
    mark: markOf(textAt(each, 'ETag'), textAt(each, 'LastModified')),
  }));
}

/** The prefixes that keys have in common, each with its slash. */
export function foldersOf(page: Xml): readonly string[] {
  return listAt(page, 'CommonPrefixes').map((each) => keyAt(page, each, 'Prefix'));
}

/** Headers tell the time in seconds and lists in less, so it counts in seconds. */
export function markOf(etag: string, changed: string): string {
  return `${etag.replaceAll('"', '')} ${Math.floor(Date.parse(changed) / 1000)}`;
}

/** The code, and what there is to say; both empty where the body is no error of S3. */
export function errorOf(body: Buffer): { readonly code: string; readonly text: string } {
  const error = objectAt(parsed(body), 'Error');
  const code = textAt(error, 'Code');
  return { code, text: [code, textAt(error, 'Message')].filter((part) => part !== '').join(': ') };
}

function parsed(body: Buffer): Xml {
  try {
    const root: unknown = parser.parse(body.toString('utf8'));
    return isXml(root) ? root : {};
  } catch {
    return {};
  }
}

/** Lists are asked for in URL encoding, and some services give them as they are. */
function keyAt(page: Xml, element: Xml, name: string): string {
  const key = textAt(element, name);
  if (textAt(page, 'EncodingType') !== 'url') return key;
  return decodeURIComponent(key.replaceAll('+', ' '));
}

function textAt(element: Xml, name: string): string {
  const value = element[name];
  if (typeof value !== 'string') return '';
  return value.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/giu, (all, decimal, hex, word) => {
    if (word !== undefined) return ENTITIES[String(word)] ?? String(all);
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : String(all);
  });
}

function objectAt(element: Xml, name: string): Xml {
  const value = element[name];
  return isXml(value) ? value : {};
}

function listAt(element: Xml, name: string): readonly Xml[] {
  const value = element[name];
  return Array.isArray(value) ? value.filter(isXml) : [];
}

function isXml(value: unknown): value is Xml {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
