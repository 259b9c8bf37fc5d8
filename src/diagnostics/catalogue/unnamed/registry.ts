/** What goes wrong between here and a registry, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

const RUNS = {
  zh: '请检查它是否在运行，以及 worker 能否连到它',
  en: 'check that it runs and is reached from the worker',
} as const;

const AWAY = {
  zh: '镜像仓库 {registry} 要求把内容上传到 {place}：没有向那里发送任何内容',
  en: 'The registry {registry} wants the upload at {place}: nothing was sent there',
} as const;

export const REGISTRY = {
  UNAVAILABLE: {
    registrySilent: {
      message: {
        zh: '镜像仓库 {registry} 没有应答（{reason}）',
        en: 'The registry {registry} does not answer ({reason})',
      },
      remedy: RUNS,
    },
    registryEndless: {
      message: {
        zh: '镜像仓库 {registry} 的重定向没有尽头',
        en: 'The registry {registry} redirects without end',
      },
      remedy: RUNS,
    },
    registryNoAddress: {
      message: {
        zh: '镜像仓库 {registry} 的重定向没有给出地址',
        en: 'The registry {registry} redirects to no address',
      },
      remedy: RUNS,
    },
    registryStatus: {
      message: {
        zh: '镜像仓库 {registry} 对 {request} 的应答是 {status}',
        en: 'The registry {registry} answers {status} to {request}',
      },
      remedy: RUNS,
    },
    registryNoPlace: {
      message: {
        zh: '镜像仓库 {registry} 没有给出上传的地址',
        en: 'The registry {registry} gives no place to upload to',
      },
      remedy: RUNS,
    },
    registryPush: {
      message: {
        zh: '对 {image} 的 docker push 以{end}结束：{said}',
        en: 'docker push of {image} ended with {end}: {said}',
      },
      remedy: {
        zh: '请检查镜像仓库是否在运行，以及 worker 能否连到它',
        en: 'check that the registry runs and is reached from the worker',
      },
    },
    registryLost: {
      message: {
        zh: '镜像仓库中没有刚刚推送的 {repository}（{reference}）',
        en: 'The registry does not hold {repository} ({reference}), which was just pushed',
      },
      remedy: {
        zh: '请检查 registry.url 是不是 docker 推送到的镜像仓库',
        en: 'check that registry.url is the registry to which docker pushes',
      },
    },
  },
  INVALID: {
    registryNone: {
      message: {
        zh: '{registry} 不是镜像仓库：它对 /v2/ 的应答是 {status}',
        en: '{registry} is no registry: it answers {status} to /v2/',
      },
      remedy: {
        zh: '请改正 runsheet.yaml 的 registry.url',
        en: 'correct registry.url in runsheet.yaml',
      },
    },
    registryRefuses: {
      message: {
        zh: '镜像仓库 {registry} 拒绝 {request}（{said}）',
        en: 'The registry {registry} refuses {request} ({said})',
      },
      remedy: {
        zh: '请检查 runsheet.yaml 的 image.repository',
        en: 'check image.repository in runsheet.yaml',
      },
    },
    registryUnreadable: {
      message: {
        zh: '镜像仓库 {registry} 中的 {repository}（{reference}）不是可以部署的镜像或版本',
        en: 'What the registry {registry} holds as {repository}, {reference}, is no image or release that can be deployed',
      },
      remedy: {
        zh: '请重新构建并推送，或检查 runsheet.yaml 的 image.kind 和 image.repository',
        en: 'build and push it again, or check image.kind and image.repository in runsheet.yaml',
      },
    },
  },
  NOT_FOUND: {
    registryNotBuilt: {
      message: {
        zh: '这个 worker 上没有构建好的归档 {reference}',
        en: 'There is no built archive {reference} on this worker',
      },
      remedy: { zh: '请重新构建', en: 'build it again' },
    },
    registryNoImage: {
      message: {
        zh: 'worker 所在机器的 Docker Engine 中没有镜像 {image}',
        en: "The engine of the worker's machine has no image {image}",
      },
      remedy: { zh: '请重新构建', en: 'build it again' },
    },
  },
  REFUSED: {
    registryDowngraded: {
      message: {
        zh: '镜像仓库 {registry} 从 {from} 转向 {to}：没有向那里发送任何内容',
        en: 'The registry {registry} leads from {from} to {to}: nothing was sent there',
      },
      remedy: {
        zh: '请让它（或它前面的代理）只给出 https 地址',
        en: 'let it, or the proxy before it, name https addresses only',
      },
    },
    registryAwayToHttp: {
      message: AWAY,
      remedy: {
        zh: '请让镜像仓库前面的代理设置 X-Forwarded-Proto: https，或在镜像仓库设置 http.relativeurls: true',
        en: 'let the proxy before the registry set X-Forwarded-Proto: https, or set http.relativeurls: true in the registry',
      },
    },
    registryAwayToHttps: {
      message: AWAY,
      remedy: {
        zh: '请把 runsheet.yaml 的 registry.url 改为 {place}',
        en: 'set registry.url in runsheet.yaml to {place}',
      },
    },
    registryAway: {
      message: AWAY,
      remedy: {
        zh: '请让镜像仓库前面的代理传递 Host 头，或在镜像仓库设置 http.host: {registry} 或 http.relativeurls: true',
        en: 'let the proxy before the registry pass on the Host header, or set http.host: {registry} or http.relativeurls: true in the registry',
      },
    },
  },
} as const satisfies ByKind;
