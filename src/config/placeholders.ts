/** `${name}` in a value that a run fills in. */

/** Whether it holds none but these names. `$${` is a literal `${`, here as everywhere. */
export function holdsOnly(text: string, names: readonly string[]): boolean {
  return [...text.matchAll(/\$\$(?=\$*\{)|\$\{([^}]*)\}/gu)].every(
    ([, name]) => name === undefined || names.includes(name.trim()),
  );
}
