/** How a registry says which credentials it wants: the WWW-Authenticate header. */
export type Challenge =
  | { readonly kind: 'basic' }
  | {
      readonly kind: 'bearer';
      readonly realm: string;
      readonly service: string | null;
      readonly scope: string | null;
    };

const PARAMETER = /([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gu;
const LONGEST = 4_096;

/** @returns the strongest challenge that is understood; null: none is */
export function readChallenge(header: string | readonly string[] | undefined): Challenge | null {
  const texts = header === undefined ? [] : typeof header === 'string' ? [header] : header;
  const found = texts.filter((text) => text.length <= LONGEST).map(readOne);
  return (
    found.find((each) => each?.kind === 'bearer') ?? found.find((each) => each !== null) ?? null
  );
}

function readOne(text: string): Challenge | null {
  const scheme = /^\s*([A-Za-z]+)(?:\s|$)/u.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'basic') return { kind: 'basic' };
  if (scheme !== 'bearer') return null;
  const values = new Map<string, string>();
  for (const [, name = '', quoted, plain] of text.matchAll(PARAMETER)) {
    values.set(name.toLowerCase(), quoted?.replace(/\\(.)/gu, '$1') ?? plain ?? '');
  }
  const realm = values.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return null;
  return {
    kind: 'bearer',
    realm,
    service: values.get('service') ?? null,
    scope: values.get('scope') ?? null,
  };
}
