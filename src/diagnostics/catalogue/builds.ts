/** Commands of the project on the worker: builds, checks and tests. */
import type { Entries } from './entry.ts';

const LOOK = { zh: '完整输出：`{log}`', en: 'for the whole output: `{log}`' } as const;

export const BUILDS = {
  BUILD_FAILED: {
    meaning: {
      zh: '构建命令或 docker build 没有成功。',
      en: 'The build command, or docker build, did not succeed.',
    },
    messages: {
      docker: {
        message: {
          zh: 'docker build 以{end}结束：{said}',
          en: 'docker build ended with {end}: {said}',
        },
        remedy: {
          zh: '请改正 Dockerfile，或 runsheet.yaml 的 image.docker',
          en: 'correct the Dockerfile or image.docker in runsheet.yaml',
        },
      },
      command: {
        message: {
          zh: '构建失败：{summary}：{said}',
          en: 'the build failed: {summary}: {said}',
        },
        remedy: LOOK,
      },
    },
  },
  BUILDKIT_MISSING: {
    meaning: {
      zh: 'image.docker 要求的功能需要 docker buildx，而 worker 所在的机器没有它。',
      en: 'image.docker asks for what only docker buildx can do, and the machine of the worker does not have it.',
    },
    messages: {
      buildx: {
        message: {
          zh: 'image.docker 要求 {wanted}，这需要 worker 所在的机器有 docker buildx',
          en: "image.docker asks for {wanted}, which needs docker buildx on the worker's machine",
        },
        remedy: {
          zh: '请在那里安装 docker-buildx 插件，或从 runsheet.yaml 的 image.docker 中去掉这些要求',
          en: 'install the plugin docker-buildx there, or leave it out of image.docker in runsheet.yaml',
        },
      },
    },
  },
  PACKAGES_NOT_INSTALLED: {
    meaning: {
      zh: '检出的源代码的 npm 依赖没有装上。',
      en: 'The npm packages of the checked-out source could not be installed.',
    },
    messages: {
      npm: {
        message: {
          zh: 'npm ci 以 {exitCode} 结束：{said}',
          en: 'the command npm ci ended with {exitCode}: {said}',
        },
        remedy: {
          zh: '请检查 package-lock.json 和包的 registry；完整输出：`{log}`',
          en: 'check package-lock.json and the package registry; for the whole output: `{log}`',
        },
      },
    },
  },
  COMMAND_TIMEOUT: {
    meaning: {
      zh: '项目的命令超过了时限，已被终止。',
      en: 'A command of the project took longer than it may, and was ended.',
    },
    messages: {
      late: {
        message: {
          zh: '命令 {program} 超过 {seconds} 秒，已终止',
          en: 'the command {program} was ended after {seconds} s',
        },
        remedy: {
          zh: '请查看它的完整输出（`{log}`），或在 runsheet.yaml 中放宽它的时限',
          en: 'see its whole output with `{log}`, or raise its timeout in runsheet.yaml',
        },
      },
    },
  },
  COMMAND_ENDED: {
    meaning: {
      zh: '项目的命令被信号终止，没有得出结果。',
      en: 'A command of the project was ended by a signal, which is no result.',
    },
    messages: {
      signal: {
        message: {
          zh: '命令 {program} 被信号终止',
          en: 'the command {program} was ended by a signal',
        },
        remedy: LOOK,
      },
    },
  },
  UNDO_FAILED: {
    meaning: {
      zh: '项目动作的 undo 命令没有以 0 结束；它会重试，最终由人决定。',
      en: 'The undo of a project’s own action did not end with 0. It is tried again, and at last a person is asked.',
    },
    messages: {
      exit: {
        message: { zh: '撤销失败：{said}', en: 'the undo failed: {said}' },
      },
    },
  },
  TOOL_FAILED: {
    meaning: {
      zh: '测试或检查工具没有正常结束，它的报告不能说明原因；没有正常结束的工具不算结果。',
      en: 'A tool for tests or checks did not end well, and its report does not explain it: that is no result.',
    },
    messages: {
      unexplained: {
        message: {
          zh: '命令 {program} 以 {exitCode} 结束，{without}：{said}',
          en: 'the command {program} ended with {exitCode} and {without}: {said}',
        },
        remedy: {
          zh: '没有正常结束的工具不算结果；完整输出：`{log}`',
          en: 'a tool that did not end well has measured nothing; for the whole output: `{log}`',
        },
      },
    },
  },
  NO_TESTS: {
    meaning: {
      zh: '没有执行任何测试，因此什么也没有证明。',
      en: 'No test ran, so that nothing was proved.',
    },
    messages: {
      none: {
        message: { zh: '没有执行任何测试：{reason}', en: 'no test ran: {reason}' },
        remedy: {
          zh: '请在 runsheet.yaml 设置 commands.test（写出 JUnit XML）和 tests.reports',
          en: 'set commands.test (it must write JUnit XML) and tests.reports in runsheet.yaml',
        },
      },
    },
  },
  NO_TEST_REPORT: {
    meaning: {
      zh: '测试没有留下可用的报告。',
      en: 'The tests left no report that can be used.',
    },
    messages: {
      report: {
        message: {
          zh: '测试没有可用的报告：{problem}',
          en: 'the tests left no usable report: {problem}',
        },
        remedy: {
          zh: '请查看 {place}，并检查 tests.reports 和 tests.coverage',
          en: 'see {place}, and check tests.reports and tests.coverage',
        },
      },
    },
  },
  BAD_REPORT: {
    meaning: {
      zh: '检查工具的报告读不了或不可信。',
      en: 'The report of a check cannot be read or trusted.',
    },
    messages: {
      report: {
        message: { zh: '{program}：{problem}', en: 'the command {program}: {problem}' },
        remedy: {
          zh: '请查看 {place}，并检查{settings}',
          en: 'see {place}, and check {settings}',
        },
      },
    },
  },
  NO_CRITICAL_TESTS: {
    meaning: {
      zh: 'tests.critical 没有选中任何测试。',
      en: 'tests.critical selects no test.',
    },
    messages: {
      none: {
        message: {
          zh: 'tests.critical 没有选中任何测试（共 {count} 项）',
          en: 'tests.critical selects none of the tests ({count})',
        },
        remedy: {
          zh: '请在 runsheet.yaml 设置 tests.critical.name（正则）或 tests.critical.marker',
          en: 'set tests.critical.name (a pattern) or tests.critical.marker in runsheet.yaml',
        },
      },
    },
  },
} as const satisfies Entries;
