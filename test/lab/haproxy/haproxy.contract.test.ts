import { HAPROXY_CAPABILITIES } from '../../../src/adapters/haproxy/haproxy.ts';
import { describeLoadBalancerContract } from '../../contracts/load-balancer.ts';
import { BACKEND } from './support/running-haproxy.ts';
import { send } from './support/stream.ts';
import { POOL, startSubject } from './support/subject.ts';

describeLoadBalancerContract('haproxy', HAPROXY_CAPABILITIES, async () => {
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
    send: (path) => send(`${subject.haproxy.url}${path}`),
    async setMaint(server) {
      await subject.haproxy.say(`set server ${BACKEND}/srv-${server} state maint`);
    },
    setDown: (name, down) => (down ? service(name).stop() : service(name).start()),
    close: () => subject.close(),
  };
});
