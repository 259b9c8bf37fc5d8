import type { ArtifactArchive, StoredArtifact } from '../../ports/artifact-store.ts';
import { listingOf } from './listing.ts';
import {
  checked,
  checkedContent,
  checkedName,
  checkedRun,
  isRequestId,
  parseReference,
  referenceOf,
} from './names.ts';
import type { S3Object } from './s3-answers.ts';
import { createS3Client, type S3Options } from './s3-client.ts';

export interface S3ArtifactOptions extends S3Options {
  /** Before every key; several projects may share a bucket. */
  readonly prefix: string;
}

/** So many runs are asked at once. */
const AT_ONCE = 16;

/** One object an artifact, `<prefix>/<requestId>/<name>`, in a bucket that is there. */
export function createS3ArtifactStore(options: S3ArtifactOptions): ArtifactArchive {
  const { bucket, prefix } = options;
  const client = createS3Client(options);
  const keyOf = (requestId: string, name: string): string => `${prefix}/${requestId}/${name}`;
  const artifactOf = ({ key, ...about }: S3Object): StoredArtifact | null => {
    const [requestId = '', ...parts] = key.slice(prefix.length + 1).split('/');
    if (!isRequestId(requestId) || parts.length === 0) return null;
    return { ...about, requestId, name: parts.join('/'), place: `s3://${bucket}/${key}` };
  };
  return {
    async write(requestId, name, content) {
      const artifact = checked(requestId, name);
      await client.put(keyOf(requestId, name), checkedContent(name, content));
      return referenceOf(artifact);
    },
    async read(reference) {
      const { requestId, name } = parseReference(reference);
      return client.get(keyOf(requestId, name));
    },
    async ofEveryRun(name) {
      checkedName(name);
      const ids = (await client.foldersBelow(`${prefix}/`)).filter(isRequestId);
      const found: { readonly requestId: string; readonly content: Buffer }[] = [];
      const ask = async (): Promise<void> => {
        for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
          const content = await client.get(keyOf(id, name));
          if (content !== null) found.push({ requestId: id, content });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, ask));
      return found;
    },
    async list(requestId) {
      const below = requestId === undefined ? '' : `${checkedRun(requestId)}/`;
      const artifacts: StoredArtifact[] = [];
      const others: string[] = [];
      for await (const object of client.objectsBelow(`${prefix}/${below}`)) {
        const artifact = artifactOf(object);
        if (artifact === null) others.push(`s3://${bucket}/${object.key}`);
        else artifacts.push(artifact);
      }
      const { runs } = listingOf(artifacts, (id) => `s3://${bucket}/${prefix}/${id}`);
      return { runs, others };
    },
    async remove({ requestId, name, mark }) {
      const key = keyOf(requestId, name);
      if ((await client.markOf(key)) !== mark) return false;
      await client.remove(key);
      return true;
    },
    close: () => Promise.resolve(),
  };
}
