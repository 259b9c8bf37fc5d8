/** By what Runsheet knows its containers again. */
export const LABEL = {
  /** The form of these labels. */
  schema: 'runsheet.schema',
  service: 'runsheet.service',
  run: 'runsheet.run',
  digest: 'runsheet.digest',
  version: 'runsheet.version',
  /** The restart policy that the container gets when the run has succeeded. */
  restart: 'runsheet.restart',
} as const;

/** Of a container that served before: it stays until a later run has succeeded. */
export function keptName(name: string, digest: string, id: string): string {
  return `${name}-runsheet-${digest.slice('sha256:'.length).slice(0, 12)}-${id.slice(0, 6)}`;
}

/** Of a container that a run started in vain: kept to be looked at, never started again. */
export function failedName(name: string, id: string): string {
  return `${name}-runsheet-failed-${id.slice(0, 12)}`;
}

export function isKeptName(containerName: string, name: string): boolean {
  return containerName.startsWith(`${name}-runsheet-`);
}

export function isFailedName(containerName: string, name: string): boolean {
  return containerName.startsWith(`${name}-runsheet-failed-`);
}
