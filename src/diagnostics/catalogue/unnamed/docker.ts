/** What a Docker Engine says or does not say, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

const COULD_NOT = {
  zh: '{server} 的 Docker Engine 未能{what}：{said}',
  en: 'The Docker Engine of {server} could not {what}: {said}',
} as const;

const CORRECT = {
  zh: '请改正 runsheet.yaml 的 container，或排除服务器上的障碍',
  en: 'correct container in runsheet.yaml, or what stands in the way on the server',
} as const;

const IN_PROJECT = { zh: '请在 runsheet.yaml 中改正', en: 'correct it in runsheet.yaml' } as const;

export const DOCKER_ENGINE = {
  UNAVAILABLE: {
    dockerSilent: {
      message: {
        zh: '{server} 的 Docker Engine 没有{what}：{reason}',
        en: 'The Docker Engine of {server} did not {what}: {reason}',
      },
      remedy: {
        zh: '请检查 {server} 上的 Docker 是否在运行（systemctl status docker）',
        en: 'check on {server} that Docker runs (systemctl status docker)',
      },
    },
    dockerFailed: {
      message: COULD_NOT,
      remedy: {
        zh: '请查看 {server} 上 Docker Engine 的日志（journalctl -u docker）',
        en: "look at the engine's log on {server} (journalctl -u docker)",
      },
    },
    dockerLate: {
      message: {
        zh: '{server} 的 Docker Engine 在 {seconds} 秒内没有{what}',
        en: 'The Docker Engine of {server} did not {what} within {seconds} s',
      },
      remedy: {
        zh: '请查看 {server} 在忙什么（在那里用 docker ps、journalctl -u docker）',
        en: 'look at what keeps {server} busy (docker ps, journalctl -u docker there)',
      },
    },
    dockerStillRuns: {
      message: {
        zh: '发出 SIGKILL {seconds} 秒后，{server} 上的 {container} 仍在运行',
        en: '{server} still runs {container} {seconds} s after SIGKILL',
      },
      remedy: {
        zh: '请查看是什么占住了它的进程（docker top {container}）',
        en: 'look at what holds its processes there (docker top {container})',
      },
    },
    dockerBeforeStop: {
      message: {
        zh: '{server} 上停止 {container} 之前的命令以 {exitCode} 结束：{said}',
        en: 'The command before the stop of {container} on {server} ended with {exitCode}: {said}',
      },
      remedy: {
        zh: '请改正 runtime.stop.before，或它对服务的要求',
        en: 'correct runtime.stop.before, or what it asks of the service',
      },
    },
    dockerNotRemoved: {
      message: {
        zh: '{server} 未能删除 {folder}：{said}',
        en: '{server} could not remove {folder}: {said}',
      },
      remedy: { zh: '请查看该文件夹', en: 'look at that folder' },
    },
  },
  NOT_FOUND: {
    dockerNone: {
      message: COULD_NOT,
      remedy: {
        zh: '请检查其中提到的镜像、网络或卷',
        en: 'check what it names: image, network or volume',
      },
    },
    dockerNotPulled: {
      message: { zh: '{server} 上没有镜像 {image}', en: '{server} has no image {image}' },
      remedy: { zh: '请先拉取', en: 'pull it first' },
    },
  },
  CONFLICT: {
    dockerConflict: { message: COULD_NOT, remedy: CORRECT },
    dockerNothingRuns: {
      message: {
        zh: '{server} 上的 {service} 已不在运行，因此没有清理那里的旧版本',
        en: '{server} does not run {service} any more, so that nothing is pruned there',
      },
      remedy: {
        zh: '请查明它为什么结束（docker logs），然后重新部署',
        en: 'look why it ended (docker logs), then deploy again',
      },
    },
    dockerOtherRelease: {
      message: {
        zh: '{server} 正在运行 {service} 的另一个版本：容器 {container} 中的 {version}',
        en: '{server} runs another release of {service}: {version} in the container {container}',
      },
      remedy: { zh: '请先停止它', en: 'stop it first' },
    },
  },
  INVALID: {
    dockerRefused: { message: COULD_NOT, remedy: CORRECT },
    dockerService: {
      message: { zh: '{value} 不是服务的名称', en: '{value} is no name of a service' },
      remedy: IN_PROJECT,
    },
    dockerDigest: {
      message: { zh: '{value} 不是摘要', en: '{value} is no digest' },
      remedy: IN_PROJECT,
    },
    dockerSignal: {
      message: { zh: '{value} 不是信号', en: '{value} is no signal' },
      remedy: IN_PROJECT,
    },
    dockerUnsaid: {
      message: {
        zh: '没有说明怎样用 docker 构建 {repository}',
        en: 'The build of {repository} does not say how docker is to build it',
      },
      remedy: {
        zh: '请在 runsheet.yaml 设置 image.docker',
        en: 'set image.docker in runsheet.yaml',
      },
    },
  },
} as const satisfies ByKind;
