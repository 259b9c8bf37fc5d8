import { describe, expect, it, onTestFinished } from 'vitest';
import type { Seal } from '../../src/ports/seal.ts';

/** A seal, one that knows the first's key beside its own, and one that does not. */
export interface SealSubject {
  readonly seal: Seal;
  readonly acquainted: Seal;
  readonly stranger: Seal;
  close(): Promise<void>;
}

const VALUE = { b: 1, a: { d: ['x', null], c: 'secret://token' } };

export function describeSealContract(name: string, makeSubject: () => Promise<SealSubject>): void {
  const open = async (): Promise<SealSubject> => {
    const subject = await makeSubject();
    onTestFinished(() => subject.close());
    return subject;
  };

  describe(`Seal: ${name}`, () => {
    it('believes what it has signed, whatever the order of the keys', async () => {
      const { seal } = await open();
      const signature = await seal.sign(VALUE);
      const reordered = { a: { c: 'secret://token', d: ['x', null] }, b: 1 };
      expect(await seal.verify(reordered, signature)).toBe('good');
      const kept: unknown = JSON.parse(JSON.stringify(VALUE));
      expect(await seal.verify(kept, JSON.parse(JSON.stringify(signature)))).toBe('good');
    });

    it.each([
      ['another value', { ...VALUE, b: 2 }],
      ['one key more', { ...VALUE, e: 1 }],
      ['one key less', { a: VALUE.a }],
      ['another order of a list', { ...VALUE, a: { ...VALUE.a, d: [null, 'x'] } }],
    ])('does not believe %s', async (_case, changed) => {
      const { seal } = await open();
      expect(await seal.verify(changed, await seal.sign(VALUE))).toBe('changed');
    });

    it('does not believe a signature that was changed, cut or emptied', async () => {
      const { seal } = await open();
      const { key, value } = await seal.sign(VALUE);
      const other = value.startsWith('A') ? 'B' : 'A';
      for (const forged of [`${other}${value.slice(1)}`, value.slice(0, 20), '', '!!!']) {
        expect(await seal.verify(VALUE, { key, value: forged })).toBe('changed');
      }
    });

    it('believes a key that it was given, and says where it knows none', async () => {
      const { seal, acquainted, stranger } = await open();
      const signature = await seal.sign(VALUE);
      expect(await acquainted.verify(VALUE, signature)).toBe('good');
      expect(await acquainted.verify({ ...VALUE, b: 2 }, signature)).toBe('changed');
      expect(await stranger.verify(VALUE, signature)).toBe('unknown-key');
    });

    it('does not believe a known key that signed for another', async () => {
      const { seal, acquainted } = await open();
      const { key } = await seal.sign(VALUE);
      const { value } = await acquainted.sign(VALUE);
      expect(await acquainted.verify(VALUE, { key, value })).toBe('changed');
    });
  });
}
