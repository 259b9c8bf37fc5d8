/** Texts recorded from HAProxy 2.6: three servers in use, one disabled, one whose name does not resolve. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  parseBackends,
  parseCounters,
  parseInfo,
  parseMap,
  parseServersState,
  refusalOf,
} from '../../../src/adapters/haproxy/answers.ts';

const recorded = (name: string): string =>
  readFileSync(`test/adapters/haproxy/fixtures/${name}.txt`, 'utf8');

describe('show stat', () => {
  const counters = parseCounters(recorded('show-stat'));

  it('has a line for the backend and one for each server', () => {
    expect(counters.map(({ proxy, name, kind }) => `${proxy}/${name} ${kind}`)).toEqual([
      'app/s1 server',
      'app/s2 server',
      'app/s3 server',
      'app/s4 server',
      'app/s5 server',
      'app/BACKEND backend',
    ]);
  });

  it('counts requests, those in flight, and what failed: a 500 and a refused connection', () => {
    expect(counters[0]).toMatchObject({ requests: 6, active: 1, errors: 2, isBackup: false });
    expect(counters[2]).toMatchObject({ requests: 3, active: 1, errors: 0 });
    expect(counters[5]).toMatchObject({ requests: 10, active: 2, downtimeSeconds: 0 });
  });

  it('takes off what another server was given instead, and adds what waits in the queue', () => {
    const text =
      '# pxname,svname,qcur,scur,stot,econ,eresp,wredis,bck,type,hrsp_5xx,downtime,\n' +
      'app,s1,2,1,9,0,3,5,1,2,4,0,\n';
    expect(parseCounters(text)).toEqual([
      {
        proxy: 'app',
        name: 's1',
        kind: 'server',
        isBackup: true,
        active: 3,
        requests: 4,
        errors: 7,
        downtimeSeconds: 0,
      },
    ]);
  });

  it('finds columns by name, in any order, and reads quoted fields', () => {
    const text =
      '# type,last_chk,svname,pxname,stot\n2,"said ""no"", twice",s1,app,7\n2,,s2,app,8\n';
    expect(parseCounters(text).map(({ name, requests }) => [name, requests])).toEqual([
      ['s1', 7],
      ['s2', 8],
    ]);
  });

  it.each(['', '\n', 'No such proxy.\n', 'garbage,with,commas\n'])('of %j nothing', (text) => {
    expect(parseCounters(text)).toEqual([]);
  });
});

describe('show servers state', () => {
  const states = parseServersState(recorded('show-servers-state'));
  const stateOf = (name: string) => states.find((each) => each.name === name);

  it('says who takes requests', () => {
    expect(stateOf('s1')).toEqual({
      backend: 'app',
      name: 's1',
      admin: 'ready',
      held: null,
      isUp: true,
      weight: 3,
    });
    // Drained, and down at the same time: `show stat` says only DOWN.
    expect(stateOf('s2')).toMatchObject({ admin: 'drain', isUp: false });
  });

  it("tells an operator's maint from HAProxy's own", () => {
    expect(stateOf('s4')).toMatchObject({ admin: 'maint', held: null });
    expect(stateOf('s5')).toMatchObject({
      admin: 'maint',
      held: { zh: '它的主机名无法解析', en: 'its name does not resolve' },
    });
  });

  it.each([
    [0, 'ready', null],
    [1, 'maint', null],
    [2, 'maint', { en: 'the server that it tracks is in maintenance' }],
    // Disabled in haproxy.cfg, and enabled since: HAProxy 2.6 keeps the bit and sends requests.
    [4, 'ready', null],
    [5, 'maint', null],
    [8, 'drain', null],
    [9, 'maint', null],
    [16, 'drain', null],
    [32, 'maint', { en: 'its name does not resolve' }],
    [33, 'maint', null],
    [64, 'ready', null],
  ])('srv_admin_state %i is %s', (bits, admin, held) => {
    const text = `1\n# be_name srv_name srv_op_state srv_admin_state srv_uweight\napp s1 2 ${bits} 1\n`;
    expect(parseServersState(text)[0]).toMatchObject({ admin, held });
  });

  it.each([
    [0, false],
    [1, true],
    [2, true],
    [3, false],
  ])('srv_op_state %i lets requests through: %s', (state, isUp) => {
    const text = `1\n# be_name srv_name srv_op_state srv_admin_state\napp s1 ${state} 0\n`;
    expect(parseServersState(text)[0]?.isUp).toBe(isUp);
  });
});

describe('show info', () => {
  it('names the process by its id and start, and whether it is leaving', () => {
    const info = recorded('show-info');
    expect(parseInfo(info)).toEqual({
      process: expect.stringMatching(/^\d+@\d{10}$/u),
      isLeaving: false,
      connections: expect.any(Number),
    });
    expect(parseInfo('Pid: 7\nCurrConns: 12\n')?.connections).toBe(12);
    expect(parseInfo(info.replace('Stopping: 0', 'Stopping: 1'))?.isLeaving).toBe(true);
  });

  it('an older one without a start is known by its id', () => {
    expect(parseInfo('Name: HAProxy\nPid: 7\n')).toMatchObject({ process: '7@', isLeaving: false });
  });

  it('what is none is none', () => {
    expect(parseInfo('Unknown command\n')).toBeNull();
  });
});

describe('maps and backends', () => {
  it('are read', () => {
    expect(parseMap(recorded('show-map'))).toEqual({ '/a': 'other', '/b': 'other' });
    expect(parseMap('')).toEqual({});
    expect(parseBackends(recorded('show-backend'))).toEqual(['app', 'other', 'tracked']);
  });
});

describe('refusals', () => {
  it.each([
    ['\n', null],
    ['Permission denied\n', 'no-permission'],
    ['No such backend.\n', 'no-backend'],
    ["Can't find backend.\n", 'no-backend'],
    ['No such server.\n', 'no-server'],
    ['Unknown map identifier. Please use #<id> or <file>.\n', 'no-map'],
    ["Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n", 'other'],
    ['Unknown command, but maybe one of the following ones is a better match:\n', 'other'],
  ] as const)('%j after a change is %s', (answer, refusal) => {
    expect(refusalOf(answer, true)).toBe(refusal);
  });

  it('what is asked for is no refusal', () => {
    expect(refusalOf(recorded('show-stat'), false)).toBeNull();
    expect(refusalOf('No such proxy.\n', false)).toBe('no-backend');
  });
});
