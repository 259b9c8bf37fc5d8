/** Who a typed name means. Pure; for whoever asks for a run, and for whoever decides on one. */

export interface NamedPerson {
  readonly name: string;
  readonly email?: string;
  readonly roles?: readonly string[];
}

/**
 * By id, e-mail address or full name, exactly; a name that two people share is nobody's.
 * @returns the id under `people`
 */
export function findPerson(
  people: Readonly<Record<string, NamedPerson>>,
  by: string,
): string | null {
  const wanted = by.trim().normalize('NFC');
  if (Object.hasOwn(people, wanted)) return wanted;
  const matches = Object.entries(people).filter(
    ([, person]) => person.name === wanted || person.email?.toLowerCase() === wanted.toLowerCase(),
  );
  return matches.length === 1 ? (matches[0]?.[0] ?? null) : null;
}
