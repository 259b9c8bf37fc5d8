/** Names of images as engines write them: `host:5000/team/app:tag@sha256:…`. */
const DIGEST = /@(sha256:[0-9a-f]{64})$/u;

export function digestIn(reference: string): string | null {
  return DIGEST.exec(reference)?.[1] ?? null;
}

/** The colon of a port is no tag's. */
export function nameAndTagOf(reference: string): { readonly name: string; readonly tag?: string } {
  const whole = reference.replace(/@.*$/u, '');
  const colon = whole.lastIndexOf(':');
  if (colon <= whole.lastIndexOf('/')) return { name: familiar(whole) };
  return { name: familiar(whole.slice(0, colon)), tag: whole.slice(colon + 1) };
}

/** Engines leave the name of the registry out that they ask by default. */
export function familiar(name: string): string {
  return name.replace(/^(?:(?:index|registry-1)\.)?docker\.io\/(?:library\/)?/u, '');
}
