import { createNoBalancer } from '../../../src/adapters/no-balancer/no-balancer.ts';
import { BALANCERS } from '../../../src/config/balancers/index.ts';
import { describeLoadBalancerContract } from '../../contracts/load-balancer.ts';

const unused = (): never => {
  throw new Error('there is nothing to send through');
};

describeLoadBalancerContract('none', BALANCERS.none.capabilities, () =>
  Promise.resolve({
    balancer: createNoBalancer(),
    pool: 'production',
    servers: ['s1', 's2'],
    answered: unused,
    send: unused,
    setMaint: unused,
    setDown: unused,
    close: () => Promise.resolve(),
  }),
);
