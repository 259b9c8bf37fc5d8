import { NGINX_CAPABILITIES } from '../../../src/adapters/nginx/nginx.ts';
import { describeLoadBalancerContract } from '../../contracts/load-balancer.ts';
import { send } from '../haproxy/support/stream.ts';
import { POOL, startSubject } from './support/subject.ts';

describeLoadBalancerContract('nginx', NGINX_CAPABILITIES, async () => {
  const subject = await startSubject();
  const service = (name: string) => {
    const found = subject.services.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };
  return {
    balancer: subject.balancer,
    pool: POOL,
    servers: subject.services.map(({ name }) => name),
    answered: (name) => service(name).answered(),
    // A reload takes longer than the services' own /slow.
    send: (path) => send(`${subject.nginx.url}${path === '/slow' ? '/slow/2000' : path}`),
    setMaint: (server) => {
      const line = `server 127.0.0.1:${service(server).port}`;
      return subject.nginx.editAndReload((text) => text.replace(`${line};`, `${line} down;`));
    },
    setDown: (name, down) => (down ? service(name).stop() : service(name).start()),
    close: () => subject.close(),
  };
});
