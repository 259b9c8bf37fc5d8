import { describe, expect, it } from 'vitest';
import { kernelAddress, parseLook } from '../../../src/adapters/nginx/processes.ts';
import { isLoaded } from '../../../src/adapters/nginx/server-state.ts';

const CONTENT = Buffer.from('upstream app { server a; # caf\u00e9\n}', 'latin1');
const PRINTED = `loaded 0123
changed 1700000050.250000000
now 1700000100.500000000
uptime 100.50
ticks 100
process 11 3000 nginx: worker process is shutting down
process 12 6000 nginx: worker process
process 13 6001 nginx: cache manager process
to 0B00000A:1F90 2
master 10
content ${CONTENT.toString('base64')}
`;

describe('a look at the machine', () => {
  it('tells the workers, their connections and when the file was changed', () => {
    expect(parseLook(PRINTED)).toEqual({
      content: CONTENT,
      workers: [
        { id: '11@3000', isLeaving: true, startedTicks: 3000 },
        { id: '12@6000', isLeaving: false, startedTicks: 6000 },
      ],
      connections: { '0B00000A:1F90': 2 },
      loadedSha256: '0123',
      changedTicks: 5025,
    });
  });

  it('tells that there is no master process', () => {
    expect(parseLook('changed 1\nnow 2\nuptime 1\ncontent \n')).toMatchObject({
      workers: null,
      loadedSha256: '',
      content: Buffer.alloc(0),
    });
  });

  it.each([
    ['workers that started after the change', PRINTED, 'ffff', true],
    ['a worker of before it', PRINTED.replace('12 6000', '12 5000'), 'ffff', false],
    [
      'a worker of before it, but content that was loaded',
      PRINTED.replace('12 6000', '12 5000'),
      '0123',
      true,
    ],
    ['only workers that end', PRINTED.replace('process 12', 'procezz 12'), '0123', false],
    [
      'a time of change that is not known',
      PRINTED.replace('changed 17', 'changed x'),
      'ffff',
      false,
    ],
  ])('%s', (_what, text, sha256, wanted) => {
    expect(isLoaded(parseLook(text), sha256)).toBe(wanted);
  });
});

describe('an address as the kernel writes it', () => {
  it.each([
    ['127.0.0.1:8080', '0100007F:1F90'],
    ['10.0.0.11:80', '0B00000A:0050'],
    ['[::1]:443', '00000000000000000000000001000000:01BB'],
    ['[fd00:1:2::abcd]:65535', '010000FD0000020000000000CDAB0000:FFFF'],
  ])('%s', (address, wanted) => {
    expect(kernelAddress(address)).toBe(wanted);
  });

  it.each([
    'web-1:80',
    'unix:/run/a.sock',
    '10.0.0.256:80',
    '10.0.0.1',
    '[::1::]:80',
    '[fe80::1%eth0]:80',
  ])('%s has none', (address) => {
    expect(kernelAddress(address)).toBeNull();
  });
});
