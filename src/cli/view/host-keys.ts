/** What a person reads of host keys. */
import type { Language, Localized } from '../../diagnostics/diagnostic.ts';
import type { HostKeyAnswer } from '../../workflows/beginning/plan-probe.ts';
import type { RefusalCode, ShownHostKey } from '../host-keys.ts';
import { pad, visible } from './text.ts';

const STATES: Readonly<Record<ShownHostKey['state'], Localized & { readonly mark: string }>> = {
  trusted: { mark: '✓', zh: '已信任', en: 'trusted' },
  unknown: { mark: '?', zh: '未知', en: 'unknown' },
  changed: { mark: '!', zh: '已变化', en: 'changed' },
  revoked: { mark: '✗', zh: '已吊销', en: 'revoked' },
  authority: { mark: '?', zh: '只知道其证书颁发者', en: 'authority only' },
};

/** `✓ web-1  trusted  10.0.0.1  ssh-ed25519 SHA256:…`, and what to type where it is not trusted. */
export function hostKeyLine(answer: HostKeyAnswer, language: Language): string {
  if ('problem' in answer) return `✗ ${pad(answer.server, 24)}  ${visible(answer.problem)}`;
  const { shown } = answer;
  const { mark, [language]: word } = STATES[shown.state];
  const next = canBeTrusted(shown) ? `  → runsheet hosts trust ${answer.server}` : '';
  return `${mark} ${pad(answer.server, 24)}  ${pad(word, 14)}  ${keyWords(shown, language)}${next}`;
}

/** Address, type, fingerprint; the jump host where it is one's. */
export function keyWords(
  { place, key, fingerprint, jump }: ShownHostKey,
  language: Language,
): string {
  const zh = language === 'zh';
  const via = jump === null ? '' : zh ? `（跳板机 ${jump}）` : ` (jump host ${jump})`;
  return `${visible(place)}${visible(via)}  ${visible(key.split(' ')[0] ?? '')} ${visible(fingerprint)}`;
}

function canBeTrusted({ state }: ShownHostKey): boolean {
  return state !== 'trusted' && state !== 'revoked';
}

/** What a person is asked on a terminal. */
export function trustQuestion(shown: ShownHostKey, language: Language): string {
  const changed = shown.state === 'changed';
  if (language === 'zh') {
    return `${shown.server}：${keyWords(shown, language)}\n  ${changed ? '这不是此前的主机密钥。' : ''}它与服务器上 ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub 显示的相同吗？`;
  }
  return `${shown.server}: ${keyWords(shown, language)}\n  ${changed ? 'This is not the host key that it had. ' : ''}Is it what ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub shows on the server itself?`;
}

/** Why a key is not trusted, and what to do. */
export function trustRefusal(
  code: RefusalCode,
  { server, fingerprint, place }: ShownHostKey,
): Localized {
  const command = `runsheet hosts trust ${server} --fingerprint ${fingerprint}`;
  return {
    PINNED: {
      zh: `runsheet.yaml 的 host_keys 决定 ${server} 的密钥，known_hosts 不起作用\n下一步：在 runsheet.yaml 中修改或删除 host_keys`,
      en: `host_keys in runsheet.yaml decides for ${server}, and known_hosts does not count\nnext: change or remove host_keys there`,
    },
    HOST_KEY_REVOKED: {
      zh: `HOST_KEY_REVOKED: ${place} 的主机密钥已被吊销，不能信任\n下一步：给这台服务器换一个主机密钥`,
      en: `HOST_KEY_REVOKED: the host key of ${place} is revoked and cannot be trusted\nnext: give the server a new host key`,
    },
    HOST_KEY_CHANGED: {
      zh: `HOST_KEY_CHANGED: ${place} 的主机密钥与此前的不同（${fingerprint}）\n下一步：先查明原因；若确实重装过：${command} --replace`,
      en: `HOST_KEY_CHANGED: ${place} shows another host key than before (${fingerprint})\nnext: find out why; if it was set up anew: ${command} --replace`,
    },
    OTHER_FINGERPRINT: {
      zh: `${place} 显示的是 ${fingerprint}，不是 --fingerprint 给出的\n下一步：在服务器上查看指纹`,
      en: `${place} shows ${fingerprint}, which is none of those given with --fingerprint\nnext: look at the fingerprint on the server itself`,
    },
    NO_FINGERPRINT: {
      zh: `没有终端可以确认：${place} 显示的是 ${fingerprint}\n下一步：与服务器上的指纹核对后，运行：${command}`,
      en: `there is no terminal to ask: ${place} shows ${fingerprint}\nnext: compare it with the server's own, then type: ${command}`,
    },
  }[code];
}
