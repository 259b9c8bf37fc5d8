/** Whether the signature of an image is good: the project's own command says so. */
import { say } from '../../diagnostics/language.ts';
import type { ImagePin } from '../../plan/run.ts';
import type { ImageSettings, VerifyName } from '../../plan/settings.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Progress } from '../context.ts';
import { line } from '../evidence.ts';
import type { Look } from './image-looks.ts';
import {
  type CheckoutWork,
  type CommandPorts,
  runInCheckout,
  troubleOf,
} from './project-commands.ts';

export interface SignaturePorts extends CommandPorts, Pick<Ports, 'registry'> {
  /** That of runsheet.yaml: a key that lies there is the project's, not the version's that is deployed. */
  readonly folder: string;
}

export async function lookAtSignature(
  ports: SignaturePorts,
  work: CheckoutWork,
  { repository, verify }: ImageSettings,
  { digest }: Pick<ImagePin, 'digest'>,
  progress: Progress,
): Promise<Look<boolean>> {
  const { run, source } = work;
  if (verify === undefined) {
    const zh = '未验证签名：runsheet.yaml 没有 image.verify';
    return { reading: null, line: say(run, zh, 'signature not checked: no image.verify') };
  }
  const values: Readonly<Record<VerifyName, string>> = {
    image: `${ports.registry.hosts[0]}/${repository}@${digest}`,
    digest,
    version: run.version,
    revision: source.revision,
    environment: run.environment,
  };
  const argv = verify.argv.map((part) => fill(part, values));
  const command = { ...verify, argv };
  const ran = await runInCheckout(ports, work, command, ports.folder, progress, { name: 'verify' });
  const value = ran.exitCode === 0;
  const said = value ? '' : `; ${troubleOf(ports, work, ran)}`;
  const shown = `${line(ran.summary)}${said}`;
  return { reading: { value, detail: shown }, line: shown };
}

function fill(text: string, values: Readonly<Record<VerifyName, string>>): string {
  return Object.entries(values).reduce(
    (filled, [name, value]) => filled.replaceAll(`\${${name}}`, () => value),
    text,
  );
}
