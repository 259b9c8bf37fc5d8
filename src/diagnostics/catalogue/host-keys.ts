/** Why the host key of a server is not accepted. */
import type { Entries } from './entry.ts';

export const HOST_KEYS = {
  HOST_KEY_UNKNOWN: {
    meaning: {
      zh: '没有人核对过服务器的主机密钥。首次连接时从不自动信任。',
      en: 'Nobody has verified the host key of a server. No key is trusted on first use.',
    },
    messages: {
      unverified: {
        message: {
          zh: '没有人核对过 {label}（{place}）的主机密钥；它显示的是 {shown}',
          en: 'nobody has verified the host key of {label} ({place}); it shows {shown}',
        },
        remedy: {
          zh: '请把 {shown} 与服务器上的指纹核对，然后运行 `{trust}`',
          en: "compare {shown} with the server's own, then run `{trust}`",
        },
      },
    },
  },
  HOST_KEY_CHANGED: {
    meaning: {
      zh: '服务器的主机密钥与此前的不同：它被重装过，或有人冒充它。',
      en: 'A server shows another host key than before: it was reinstalled, or something pretends to be it.',
    },
    messages: {
      changed: {
        message: {
          zh: '{label}（{place}）显示的是 {shown}，不是 {sources} 中的密钥',
          en: '{label} ({place}) shows {shown}, which is not the key in {sources}',
        },
        remedy: {
          zh: '请先查明原因；若确实重装过，运行 `{trust} --replace`',
          en: 'find out why before anything else; if it was reinstalled, run `{trust} --replace`',
        },
      },
      notReplaced: {
        message: {
          zh: '{place} 的主机密钥与此前不同（{shown}）',
          en: 'the host key of {place} has changed ({shown})',
        },
        remedy: {
          zh: '先查明原因；若确实重装过：`{trust} --replace`',
          en: 'find out why; if the server was reinstalled: `{trust} --replace`',
        },
      },
    },
  },
  HOST_KEY_REVOKED: {
    meaning: {
      zh: '服务器的主机密钥已被吊销，从不信任。',
      en: 'The host key of a server is revoked, and is never trusted.',
    },
    messages: {
      revoked: {
        message: {
          zh: '{label}（{place}）显示的是 {shown}，它在 {sources} 中已被吊销',
          en: '{label} ({place}) shows {shown}, which is revoked in {sources}',
        },
        remedy: {
          zh: '请给 {label} 换一个主机密钥：持有被吊销密钥的人可以冒充它',
          en: 'give {label} a new host key: whoever holds the revoked one can pretend to be it',
        },
      },
      notTrusted: {
        message: {
          zh: '{place} 的主机密钥已吊销，不能信任',
          en: 'the host key of {place} has been revoked and cannot be trusted',
        },
        remedy: {
          zh: '给这台服务器换一个主机密钥',
          en: 'give the server a new host key',
        },
      },
    },
  },
  HOST_KEY_AUTHORITY: {
    meaning: {
      zh: '只知道为服务器签发证书的机构，而这里不能检查主机证书。',
      en: 'Only the certificate authority of a server is known, and host certificates cannot be checked here.',
    },
    messages: {
      certificateOnly: {
        message: {
          zh: '只知道 {label}（{place}）的证书颁发者（{sources}），而这里不能检查主机证书；它的普通密钥是 {shown}',
          en: '{label} ({place}) is known by a certificate authority only ({sources}), and host certificates cannot be checked here; its plain key is {shown}',
        },
        remedy: {
          zh: '请把 {shown} 与服务器上的指纹核对，然后信任普通密钥：`{trust}`',
          en: "compare {shown} with the server's own, then trust the plain key with `{trust}`",
        },
      },
    },
  },
} as const satisfies Entries;
