/** service.tidy: what a run that was ended in the middle has left half done on a server. */
import type { tidyServer } from '../../actions/servers/kept.ts';
import { say } from '../../diagnostics/language.ts';
import type { OutcomeOf, WorkOf } from '../implement.ts';
import type { ServerPorts } from './context.ts';
import { heartbeatWhile } from './pace.ts';

/** Files that were being written: what is whole has been renamed. Images and containers go when the run succeeds. */
export async function tidy(
  ports: ServerPorts,
  { run, server }: WorkOf<typeof tidyServer>,
): Promise<OutcomeOf<typeof tidyServer>> {
  const host = ports.hosts.get(server);
  const folders = [`${host.baseFolder}/services/${run.service}`, `${host.baseFolder}/config`];
  let count = 0;
  for (const folder of folders) {
    const argv = ['find', folder, '-type', 'f', '-name', '*.part', '-print', '-delete'];
    const { stdout } = await heartbeatWhile(() => host.exec(argv));
    count += stdout.split('\n').filter((line) => line !== '').length;
  }
  const detail =
    count === 0
      ? say(run, '没有未写完的文件', 'no file is half written')
      : say(run, `已删除 ${count} 个未写完的文件`, `removed ${count} half-written files`);
  return { facts: {}, evidence: [detail] };
}
