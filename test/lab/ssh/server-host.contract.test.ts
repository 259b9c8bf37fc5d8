/** The port's contract over a real sshd: as root, as a login without rights, and by sudo. */
import { afterAll, beforeAll } from 'vitest';
import { describeServerHostContract } from '../../contracts/server-host.ts';
import { openSshLab, type SshLab } from './servers.ts';

const ECHO =
  "perl -MIO::Socket::UNIX -e '$s=IO::Socket::UNIX->new(Local=>shift,Listen=>9);" +
  "while($c=$s->accept){next if fork;while(sysread($c,$b,4096)){syswrite($c,uc $b)}exit}'";

const LOGINS = [
  { name: 'root', user: 'root', sudo: false, owner: 'deploy:asker', socket: '/srv/echo.sock' },
  {
    name: 'a login',
    user: 'deploy',
    sudo: false,
    owner: 'deploy:deploy',
    socket: '/srv/open.sock',
  },
  { name: 'sudo', user: 'deploy', sudo: true, owner: 'asker:deploy', socket: '/srv/echo.sock' },
] as const;

let lab: SshLab;

beforeAll(async () => {
  lab = await openSshLab(1);
  const [server] = lab.servers;
  await server?.background('echo', `${ECHO} /srv/echo.sock`);
  await server?.background('open', `${ECHO} /srv/open.sock`);
  await server?.shell(
    'until chmod 666 /srv/open.sock; do sleep 0.1; done; until chmod 600 /srv/echo.sock; do sleep 0.1; done',
  );
});
afterAll(() => lab?.close());

for (const { name, user, sudo, owner, socket } of LOGINS) {
  describeServerHostContract(`real sshd, ${name}`, async () => {
    const [server] = lab.servers;
    if (server === undefined) throw new Error('no server');
    const baseFolder = `/srv/${name.replace(' ', '-')}`;
    await server.shell(`rm -rf ${baseFolder}; install -d -o ${sudo ? 'root' : user} ${baseFolder}`);
    const hosts = lab.hosts({ user, sudo, baseFolder });
    return {
      hosts,
      server: server.name,
      socket,
      owner,
      async attributesOf(path) {
        return (await server.shell(`stat -c '%a %U:%G' '${path}'`)).trim();
      },
      close: () => hosts.close(),
    };
  });
}
