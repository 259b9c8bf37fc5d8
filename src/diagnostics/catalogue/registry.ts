/** Whom the registry lets in, and whether what it gives is what was asked for. */
import type { Entries } from './entry.ts';

const LOGIN = {
  zh: '请检查 runsheet.yaml 的 registry.username 和 registry.password',
  en: 'check registry.username and registry.password in runsheet.yaml',
} as const;

const LOGIN_AND_RIGHTS = {
  zh: '请检查 runsheet.yaml 的 registry.username 和 registry.password，以及该用户的权限',
  en: 'check registry.username and registry.password in runsheet.yaml, and what that user may do',
} as const;

const NOT_THERE = {
  zh: '请先推送它，或在镜像仓库中创建；否则请检查 image.repository，以及 registry.username 的用户能读取什么',
  en: 'push it first, or create it there; otherwise check image.repository, and what the user of registry.username may read',
} as const;

const NO_PUSH = {
  zh: '请在镜像仓库中创建它，或让 registry.username 的用户可以推送；否则请检查 image.repository',
  en: 'create it in the registry, or let the user of registry.username push to it; otherwise check image.repository',
} as const;

export const REGISTRY = {
  REGISTRY_DENIED: {
    meaning: {
      zh: '镜像仓库不接受 worker 或服务器的登录。',
      en: 'The registry does not accept the login of the worker or of a server.',
    },
    messages: {
      worker: {
        message: {
          zh: '镜像仓库 {registry} 不让 worker 访问（{said}）',
          en: 'the registry {registry} does not let the worker in ({said})',
        },
        remedy: LOGIN_AND_RIGHTS,
      },
      repository: {
        message: {
          zh: '镜像仓库 {registry} 不让 worker 访问 {repository}（{said}）',
          en: 'the registry {registry} does not let the worker in for {repository} ({said})',
        },
        remedy: LOGIN_AND_RIGHTS,
      },
      noRepository: {
        message: {
          zh: '镜像仓库 {registry} 接受了登录，但没有给出 {repository}（{said}）',
          en: 'the registry {registry} takes the login and shows no {repository} ({said})',
        },
        remedy: NOT_THERE,
      },
      noPush: {
        message: {
          zh: '镜像仓库 {registry} 接受了登录，但不让它推送 {repository}（{said}）',
          en: 'the registry {registry} takes the login and does not let it push {repository} ({said})',
        },
        remedy: NO_PUSH,
      },
      pushRefused: {
        message: {
          zh: '镜像仓库不让推送 {image}：{said}',
          en: 'the registry does not let {image} be pushed: {said}',
        },
        remedy: NO_PUSH,
      },
      serverNoRepository: {
        message: {
          zh: '镜像仓库没有给 {server} 的 {image}：{said}',
          en: 'the registry shows {server} no {image}: {said}',
        },
        remedy: NOT_THERE,
      },
      push: {
        message: {
          zh: '镜像仓库不接受 {image}：{said}',
          en: 'the registry does not take {image}: {said}',
        },
        remedy: LOGIN_AND_RIGHTS,
      },
      pull: {
        message: {
          zh: '镜像仓库不让 {server} 拉取 {image}：{said}',
          en: 'the registry does not let {server} pull {image}: {said}',
        },
        remedy: LOGIN,
      },
      token: {
        message: {
          zh: '镜像仓库 {registry} 的令牌服务 {realm} 没有给出令牌（{status}）',
          en: 'the token service {realm} of the registry {registry} gives no token ({status})',
        },
        remedy: LOGIN,
      },
    },
  },
  DIGEST_MISMATCH: {
    meaning: {
      zh: '镜像仓库给出的内容与摘要不符；它没有被使用。',
      en: 'What the registry gave does not have the digest that was asked for; it is not used.',
    },
    messages: {
      worker: {
        message: {
          zh: '镜像仓库 {registry} 为 {reference} 给出的内容与该摘要不符',
          en: 'what the registry {registry} sent for {reference} does not have that digest',
        },
        remedy: {
          zh: '请检查镜像仓库，然后以新的版本号重新构建并推送',
          en: 'check the registry; then build and push under a new version',
        },
      },
      server: {
        message: {
          zh: '镜像仓库为 {image} 给 {server} 的内容与该摘要不符：{said}',
          en: 'what the registry gave {server} for {image} does not have that digest: {said}',
        },
        remedy: {
          zh: '请检查镜像仓库，以及它与服务器之间的代理，然后重新构建并推送',
          en: 'check the registry and what stands between it and the server; then build and push again',
        },
      },
      notHeld: {
        message: {
          zh: '{server} 拉取了 {image}，但它的 Docker Engine 中没有该摘要',
          en: '{server} pulled {image}, and its engine does not hold that digest',
        },
        remedy: {
          zh: '请检查镜像仓库，以及它与服务器之间的代理，然后重新拉取',
          en: 'check the registry and what stands between it and the server; then pull again',
        },
      },
    },
  },
} as const satisfies Entries;
