/** Releases as plain processes, and commands, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

const COULD_NOT = {
  zh: '{server} 未能{what} {service}（{end}）：{said}',
  en: '{server} could not {what} {service} ({end}): {said}',
} as const;

export const PROCESSES = {
  UNAVAILABLE: {
    processFailed: {
      message: COULD_NOT,
      remedy: {
        zh: '请查看 {server} 的基础文件夹下的 services/{service}/service.log',
        en: 'look at services/{service}/service.log below the base folder of {server}',
      },
    },
    processBusy: {
      message: COULD_NOT,
      remedy: {
        zh: '{server} 上另一个启动或停止操作占用着 {service}，请等它结束',
        en: 'wait for it: another start or stop holds {service} on {server}',
      },
    },
  },
  NOT_FOUND: {
    processNotPulled: {
      message: { zh: '{server} 上没有版本 {digest}', en: '{server} has no release {digest}' },
      remedy: { zh: '请先拉取', en: 'pull it first' },
    },
  },
  CONFLICT: {
    processOtherRelease: {
      message: {
        zh: '{server} 正在运行 {service} 的另一个版本',
        en: '{server} runs another release of {service}',
      },
      remedy: { zh: '请先停止它', en: 'stop it first' },
    },
  },
  INVALID: {
    processService: {
      message: { zh: '{value} 不是服务的名称', en: '{value} is no name of a service' },
      remedy: {
        zh: '请使用字母、数字、"_"、"." 和 "-"',
        en: 'use letters, digits, "_", "." and "-"',
      },
    },
    processDigest: {
      message: { zh: '{value} 不是摘要', en: '{value} is no digest' },
      remedy: { zh: '请重新锁定镜像', en: 'pin the image again' },
    },
    processSignal: {
      message: { zh: '{value} 不是信号', en: '{value} is no signal' },
      remedy: { zh: '请改正 runtime.stop.signal', en: 'correct runtime.stop.signal' },
    },
    processVariable: {
      message: {
        zh: '{value} 不是环境变量的名称',
        en: '{value} is no name of an environment variable',
      },
      remedy: {
        zh: '请改正 runsheet.yaml 的 runtime.environment',
        en: 'correct runtime.environment in runsheet.yaml',
      },
    },
    commandEmpty: {
      message: {
        zh: '命令没有程序：它的参数列表是空的',
        en: 'A command has no program: its argument list is empty',
      },
      remedy: {
        zh: '请在 runsheet.yaml 中以列表写出程序及其参数',
        en: 'give the program and its arguments as a list in runsheet.yaml',
      },
    },
    commandNotStarted: {
      message: {
        zh: '程序 {program} 无法启动：{reason}',
        en: 'The program {program} could not be started: {reason}',
      },
      remedy: {
        zh: '请在 worker 所在的机器上安装它，或改正 runsheet.yaml 中的命令',
        en: 'install it on the machine of the worker, or correct the command in runsheet.yaml',
      },
    },
  },
} as const satisfies ByKind;
