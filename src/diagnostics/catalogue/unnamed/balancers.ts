/** What load balancers refuse, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

const POOLS = {
  zh: '请把 runsheet.yaml 的 balancer.pool 与 haproxy.cfg 中的 backend 对照',
  en: 'compare balancer.pool in runsheet.yaml with the backends in haproxy.cfg',
} as const;

const NAMES = {
  zh: '请在 haproxy.cfg 的该 backend 中加入它，或在 runsheet.yaml 的 balancer.names 中写出它在那里的名称',
  en: 'add it to that backend in haproxy.cfg, or give its name there under balancer.names in runsheet.yaml',
} as const;

const COMPARE = {
  zh: '请把 runsheet.yaml 的 `balancer:` 和 `environments:` 与 `runsheet dev` 启动的内容对照',
  en: 'compare `balancer:` and `environments:` in runsheet.yaml with what `runsheet dev` started',
} as const;

const EMBEDDED_REFUSED = {
  zh: '负载均衡拒绝 {request}：{reason}',
  en: 'The balancer refused {request}: {reason}',
} as const;

export const BALANCERS = {
  UNAVAILABLE: {
    haproxyGone: {
      message: { zh: '{haproxy}：{reason}', en: '{haproxy}: {reason}' },
      remedy: {
        zh: '请检查 HAProxy 是否在运行，以及 runsheet.yaml 的 balancer.haproxy 是否是它的 stats socket',
        en: 'check that HAProxy runs and that balancer.haproxy in runsheet.yaml names its stats socket',
      },
    },
    haproxyNotReached: {
      message: { zh: '连不到 HAProxy {address}：{reason}', en: 'HAProxy at {address}: {reason}' },
      remedy: { zh: '请检查 HAProxy 是否在运行', en: 'check that HAProxy runs' },
    },
    embeddedSilent: {
      message: {
        zh: '{address} 上的负载均衡没有应答：{reason}',
        en: 'The balancer does not answer at {address}: {reason}',
      },
      remedy: { zh: '用 `runsheet dev` 启动它', en: 'start it with `runsheet dev`' },
    },
    embeddedFailed: { message: EMBEDDED_REFUSED, remedy: COMPARE },
  },
  UNREACHABLE: {
    haproxyNoSocket: {
      message: {
        zh: 'HAProxy 的 socket {address} 不存在',
        en: 'HAProxy at {address}: there is no such socket',
      },
      remedy: {
        zh: '请启动 HAProxy，或把 runsheet.yaml 的 balancer.haproxy 与 haproxy.cfg 的 `stats socket` 对照',
        en: 'start HAProxy, or compare balancer.haproxy in runsheet.yaml with `stats socket` in haproxy.cfg',
      },
    },
    haproxyNobody: {
      message: {
        zh: 'HAProxy 没有在 {address} 监听',
        en: 'HAProxy at {address}: nobody listens there',
      },
      remedy: { zh: '请启动 HAProxy', en: 'start HAProxy' },
    },
  },
  REFUSED: {
    haproxySocketDenied: {
      message: {
        zh: 'worker 无权使用 HAProxy 的 socket {address}',
        en: 'HAProxy at {address}: the worker may not use this socket',
      },
      remedy: {
        zh: '请给它权限，例如 haproxy.cfg 中的 `stats socket … mode 660 group runsheet`',
        en: 'give it the right, for example `stats socket … mode 660 group runsheet` in haproxy.cfg',
      },
    },
    haproxyNoChanges: {
      message: {
        zh: '{haproxy} 不允许通过这个 socket 做任何改动',
        en: '{haproxy} permits no changes through this socket',
      },
      remedy: {
        zh: '请在 haproxy.cfg 的 `stats socket` 行加上 `level admin`，并重新加载 HAProxy',
        en: 'add `level admin` to its `stats socket` line in haproxy.cfg and reload HAProxy',
      },
    },
  },
  NOT_FOUND: {
    haproxyNoBackend: {
      message: {
        zh: '{haproxy} 没有 backend {backend}',
        en: '{haproxy} has no backend {backend}',
      },
      remedy: POOLS,
    },
    haproxyNoBackendOf: {
      message: {
        zh: '{haproxy} 没有 backend {backend}（有：{known}）',
        en: '{haproxy} has no backend {backend} (it has {known})',
      },
      remedy: POOLS,
    },
    haproxyNoServer: {
      message: {
        zh: '{haproxy} 的 backend {backend} 中没有服务器 {server}',
        en: 'The backend {backend} of {haproxy} has no server {server}',
      },
      remedy: NAMES,
    },
    haproxyNoServerOf: {
      message: {
        zh: '{haproxy} 的 backend {backend} 中没有服务器 {server}（有：{known}）',
        en: 'The backend {backend} of {haproxy} has no server {server} (it has {known})',
      },
      remedy: NAMES,
    },
    haproxyNoMap: {
      message: { zh: '{haproxy} 没有读取映射文件 {map}', en: '{haproxy} reads no map {map}' },
      remedy: {
        zh: '请把 runsheet.yaml 的 balancer.routes_map 与 haproxy.cfg 中的映射文件对照',
        en: 'compare balancer.routes_map in runsheet.yaml with the map files that haproxy.cfg names',
      },
    },
    embeddedNoServer: {
      message: {
        zh: '负载均衡的池 {pool} 中没有服务器 {server}（有：{known}）',
        en: 'The pool {pool} of the balancer has no server {server} (it has {known})',
      },
      remedy: {
        zh: '请在 runsheet.yaml 的这个环境中列出该服务器，并重新启动 `runsheet dev`',
        en: 'list the server under this environment in runsheet.yaml and start `runsheet dev` again',
      },
    },
    embeddedNone: { message: EMBEDDED_REFUSED, remedy: COMPARE },
  },
  CONFLICT: {
    haproxyHolds: {
      message: {
        zh: '{haproxy} 自己让 {server} 处于维护状态：{why}',
        en: '{haproxy} itself keeps {server} in maintenance: {why}',
      },
      remedy: {
        zh: '请先修复，HAProxy 会自行让它恢复，然后重试',
        en: 'mend that, and HAProxy takes it back by itself; then try again',
      },
    },
    haproxyNotTaken: {
      message: {
        zh: '{haproxy} 接受了对 {what} 的「{wanted}」，读回的却是 {actual}',
        en: '{haproxy} took "{wanted}" for {what} and shows {actual}',
      },
      remedy: {
        zh: '还有别的程序、agent check 或被跟踪的服务器在设置它：请在那里查看 `show servers state`',
        en: 'look at `show servers state` there: another program, an agent check or a tracked server sets it as well',
      },
    },
  },
  INVALID: {
    noBalancer: {
      message: { zh: '这个项目没有负载均衡', en: 'This project has no load balancer' },
      remedy: {
        zh: '请在 runsheet.yaml 的 balancer.kind 写出服务前面的负载均衡',
        en: 'name the one in front of the service in balancer.kind of runsheet.yaml',
      },
    },
    haproxyRefused: {
      message: {
        zh: '{haproxy} 拒绝更改 {what}：{said}',
        en: '{haproxy} refused a change of {what}: {said}',
      },
      remedy: {
        zh: '请查看 haproxy.cfg 中的该 backend',
        en: 'look at this backend in haproxy.cfg',
      },
    },
    haproxyNoUrl: {
      message: {
        zh: 'balancer.url 没有说明池 {pool} 的地址',
        en: 'balancer.url says nothing of the pool {pool}',
      },
      remedy: {
        zh: '请写出通过这个池的请求所发往的地址',
        en: 'give the address that requests through this pool are sent to',
      },
    },
    haproxyNoRoutesMap: {
      message: {
        zh: '给出了 balancer.routes，却没有 HAProxy 从中读取它们的映射文件',
        en: 'balancer.routes are given, and no map file that HAProxy reads them from',
      },
      remedy: {
        zh: '请在 runsheet.yaml 的 balancer.routes_map 写出路径；haproxy.cfg 以 `use_backend %[path,map_beg(FILE)]` 使用它',
        en: 'give the path as balancer.routes_map in runsheet.yaml; haproxy.cfg uses it as `use_backend %[path,map_beg(FILE)]`',
      },
    },
    embeddedRefused: { message: EMBEDDED_REFUSED, remedy: COMPARE },
  },
} as const satisfies ByKind;
