/** Images that are not built here: found in the registry or in the records, looked at, and pinned. */

import { promoteImage, useImage } from '../../actions/code/ready-image.ts';
import { diagnose } from '../../diagnostics/diagnose.ts';
import { say } from '../../diagnostics/language.ts';
import type { ImageSettings } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import type { DeploymentRecord } from '../../ports/record-store.ts';
import { type Progress, withHeartbeat } from '../context.ts';
import type { ActionActivities } from '../contract.ts';
import { line } from '../evidence.ts';
import { diagnosed } from '../failures.ts';
import { implement, type OutcomeOf, type WorkOf } from '../implement.ts';
import {
  type Examination,
  type ExaminationPorts,
  examineImage,
  imageName,
} from './image-examination.ts';
import { type Look, lookAtCommit, lookAtVerifiedCommit } from './image-looks.ts';
import { readReference } from './image-reference.ts';

type ReadyImagePorts = ExaminationPorts & Pick<Ports, 'records'>;
type UseWork = WorkOf<typeof useImage>;
type PromoteWork = WorkOf<typeof promoteImage>;

export function createReadyImageActivities(
  ports: ReadyImagePorts,
): Pick<ActionActivities, 'image.use' | 'image.promote'> {
  return {
    ...implement(useImage, (work, image) =>
      withHeartbeat((progress) => use(ports, work, image, progress)),
    ),
    ...implement(promoteImage, (work, image) =>
      withHeartbeat((progress) => promote(ports, work, image, progress)),
    ),
  };
}

/** image.use: the digest that the tag has now; moving the tag afterwards changes nothing. */
async function use(
  ports: ReadyImagePorts,
  work: UseWork,
  settings: ImageSettings,
  progress: Progress,
): Promise<OutcomeOf<typeof useImage>> {
  const { run, source } = work;
  const place = { repository: settings.repository, hosts: ports.registry.hosts };
  const text = work.settings.image.replaceAll('${version}', run.version);
  const { tag, reference } = readReference(run, text, place);
  const found = await examineImage(ports, work, settings, reference, progress);
  if (found === null) {
    const image = imageName(ports, settings, reference);
    throw diagnosed(run, diagnose('IMAGE_MISSING', 'fromCi', { image }));
  }
  const commit = lookAtCommit(run, source, found.images);
  const name = `${settings.repository}${tag === null ? '' : `:${tag}`}`;
  return {
    facts: { 'image.tag': tag === null ? null : { value: tag }, ...readingsOf(found, commit) },
    evidence: [`${name} = ${found.digest}`, ...linesOf(found, commit)],
    image: pinOf(settings, found, tag ?? ''),
  };
}

/** image.promote: the digest of the last run of this version that succeeded there. */
async function promote(
  ports: ReadyImagePorts,
  work: PromoteWork,
  settings: ImageSettings,
  progress: Progress,
): Promise<OutcomeOf<typeof promoteImage>> {
  const { run, source } = work;
  const { service, version } = run;
  const environment = work.settings.from;
  const record = await ports.records.lastSucceeded({ service, environment, version });
  if (record === null || record.digest === null) throw notVerified(work, record);
  const found = await examineImage(ports, work, settings, record.digest, progress);
  if (found === null) {
    const image = imageName(ports, settings, record.digest);
    throw diagnosed(run, diagnose('IMAGE_MISSING', 'removed', { image, environment }));
  }
  const commit = lookAtVerifiedCommit(run, source, record);
  const at = new Date(record.startedAtMs).toISOString().replace(/\.\d+Z$/u, 'Z');
  const detail = line(
    say(
      run,
      `${environment} 的运行 ${record.workflowId}（${at}）验证了 ${record.digest}`,
      `run ${record.workflowId} in ${environment} (${at}) verified ${record.digest}`,
    ),
  );
  return {
    facts: { 'image.verified': { value: true, detail }, ...readingsOf(found, commit) },
    evidence: [detail, approvalsIn(work, record), ...linesOf(found, commit)],
    image: pinOf(settings, found, ''),
  };
}

function readingsOf({ age, platform, signature }: Examination, commit: Look<boolean>) {
  return {
    'image.age': age.reading,
    'image.commit_matches': commit.reading,
    'image.platform_fits': platform.reading,
    'image.signature_valid': signature.reading,
  };
}

function linesOf({ age, platform, signature }: Examination, commit: Look<boolean>): string[] {
  return [age.line, commit.line, platform.line, signature.line];
}

function pinOf({ repository }: ImageSettings, { digest }: Examination, tag: string) {
  return { reference: `${repository}@${digest}`, tag, digest };
}

function approvalsIn({ run }: PromoteWork, { environment, approvals }: DeploymentRecord): string {
  if (approvals.length === 0) {
    const zh = `${environment} 的部署没有人审批`;
    return say(run, zh, `nobody had approved the deployment to ${environment}`);
  }
  const zh = `${environment} 的批准人：${approvals.join('、')}`;
  return line(say(run, zh, `approved for ${environment} by ${approvals.join(', ')}`));
}

function notVerified({ run, settings }: PromoteWork, record: DeploymentRecord | null): Error {
  const { service, version } = run;
  const environment = settings.from;
  return diagnosed(
    run,
    record === null
      ? diagnose('NOT_VERIFIED', 'noRun', { service, version, environment })
      : diagnose('NOT_VERIFIED', 'noImage', { environment, run: record.workflowId }),
  );
}
