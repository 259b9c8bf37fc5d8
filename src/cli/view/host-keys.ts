/** Host keys as people read them. */
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import { refusalText } from '../../diagnostics/render.ts';
import type { HostKeyAnswer } from '../../workflows/beginning/plan-probe.ts';
import type { RefusalCode, ShownHostKey } from '../host-keys.ts';
import { sayIn } from '../language.ts';
import { pad, visible } from './text.ts';

const STATES: Readonly<Record<ShownHostKey['state'], Localized & { readonly mark: string }>> = {
  trusted: { mark: '✓', zh: '已信任', en: 'trusted' },
  unknown: { mark: '?', zh: '未知', en: 'unknown' },
  changed: { mark: '!', zh: '已变化', en: 'changed' },
  revoked: { mark: '✗', zh: '已吊销', en: 'revoked' },
  authority: { mark: '?', zh: '只知道 CA', en: 'CA known only' },
};

/** `✓ web-1  trusted  10.0.0.1  ssh-ed25519 SHA256:…`, and what to type where it is not trusted. */
export function hostKeyLine(answer: HostKeyAnswer, language: Language): string {
  if ('problem' in answer) return `✗ ${pad(answer.server, 24)}  ${visible(answer.problem)}`;
  const { shown } = answer;
  const { mark, [language]: word } = STATES[shown.state];
  const next = canBeTrusted(shown) ? `  → runsheet hosts trust ${answer.server}` : '';
  return `${mark} ${pad(answer.server, 24)}  ${pad(word, 14)}  ${keyWords(shown, language)}${next}`;
}

/** Address, type, fingerprint; and the jump host that it belongs to, if it does. */
export function keyWords(
  { place, key, fingerprint, jump }: ShownHostKey,
  language: Language,
): string {
  const say = sayIn(language);
  const via = jump === null ? '' : say({ zh: `（跳板机 ${jump}）`, en: ` (jump host ${jump})` });
  return `${visible(place)}${visible(via)}  ${visible(key.split(' ')[0] ?? '')} ${visible(fingerprint)}`;
}

function canBeTrusted({ state }: ShownHostKey): boolean {
  return state !== 'trusted' && state !== 'revoked';
}

/** The question at the terminal. */
export function trustQuestion(shown: ShownHostKey, language: Language): string {
  const isChanged = shown.state === 'changed';
  const say = sayIn(language);
  const changed = say({ zh: '主机密钥与此前不同。', en: 'The host key has changed. ' });
  const question = say({
    zh: '它与在服务器上执行 ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub 的输出一致吗？',
    en: 'Does it match the output of ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub on the server itself?',
  });
  return `${shown.server}: ${keyWords(shown, language)}\n  ${isChanged ? changed : ''}${question}`;
}

/** Why a key is not trusted, and what to do about it. */
export function trustRefusal(
  code: RefusalCode,
  { server, fingerprint, place }: ShownHostKey,
): Localized {
  const command = `runsheet hosts trust ${server} --fingerprint ${fingerprint}`;
  return {
    PINNED: {
      zh: `${server} 的密钥由 runsheet.yaml 的 host_keys 指定，known_hosts 不起作用\n下一步：在 runsheet.yaml 中修改或删除 host_keys`,
      en: `the keys of ${server} are pinned by host_keys in runsheet.yaml; known_hosts is ignored\nnext: change or remove host_keys there`,
    },
    HOST_KEY_REVOKED: refusalText(diagnose('HOST_KEY_REVOKED', 'notTrusted', { place })),
    HOST_KEY_CHANGED: refusalText(
      diagnose('HOST_KEY_CHANGED', 'notReplaced', { place, shown: fingerprint, trust: command }),
    ),
    OTHER_FINGERPRINT: {
      zh: `${place} 的指纹是 ${fingerprint}，与 --fingerprint 不符\n下一步：在服务器上查看指纹`,
      en: `${place} presents ${fingerprint}, which matches no --fingerprint\nnext: check the fingerprint on the server itself`,
    },
    NO_FINGERPRINT: {
      zh: `没有终端可供确认：${place} 的指纹是 ${fingerprint}\n下一步：与服务器上的指纹核对后，执行：${command}`,
      en: `there is no terminal to ask for confirmation: ${place} presents ${fingerprint}\nnext: compare it with the fingerprint on the server itself, then type: ${command}`,
    },
  }[code];
}
