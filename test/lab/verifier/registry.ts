/** What the registry holds, asked over its own protocol. */
import { machine } from '../support/machine.ts';

const ACCEPT = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
].join(', ');

/** The digest that a tag stands for now. null: no such tag. */
export async function digestOfTag(repository: string, tag: string): Promise<string | null> {
  const url = `http://${machine().pushRegistry}/v2/${repository}/manifests/${tag}`;
  const answer = await fetch(url, { method: 'HEAD', headers: { accept: ACCEPT } });
  return answer.ok ? answer.headers.get('docker-content-digest') : null;
}

/** Lets a tag stand for another image of the repository. */
export async function moveTag(repository: string, tag: string, to: string): Promise<void> {
  const base = `http://${machine().pushRegistry}/v2/${repository}/manifests`;
  const found = await fetch(`${base}/${to}`, { headers: { accept: ACCEPT } });
  if (!found.ok) throw new Error(`${repository}:${to}: status ${found.status}`);
  const type = found.headers.get('content-type') ?? '';
  const body = await found.text();
  const moved = await fetch(`${base}/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body,
  });
  if (!moved.ok) throw new Error(`${repository}:${tag}: status ${moved.status}`);
}
