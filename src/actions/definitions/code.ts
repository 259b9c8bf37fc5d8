/** Actions on the checkout: checks, tests, builds. A failing check is an answer, so it is not tried often. */
import type { ActionDefinition } from '../definition.ts';
import type { ActionId } from '../ids.ts';

const CHECK = {
  scope: 'run',
  settings: [],
  uses: ['source', 'commands'],
  timeouts: { startToCloseSeconds: 900, heartbeatSeconds: 30 },
  retry: { maximumAttempts: 2 },
} as const;

const TESTS = {
  ...CHECK,
  uses: ['source', 'commands', 'tests'],
  timeouts: { startToCloseSeconds: 3600, heartbeatSeconds: 30 },
} as const;

const BUILD = { ...CHECK, timeouts: { startToCloseSeconds: 3600, heartbeatSeconds: 30 } } as const;

/** The tag that an image gets where the document does not say one. */
const TAG = { name: 'tag', kind: 'template', default: '${version}-${environment}' } as const;

export const CODE_ACTIONS = {
  'code.analyze': {
    ...CHECK,
    id: 'code.analyze',
    phrases: {
      zh: ['运行代码静态分析工具', '运行静态分析', '代码静态分析'],
      en: ['Run the static analysis tools', 'Run static code analysis', 'Run static analysis'],
    },
    measures: ['code.serious_findings'],
  },
  'code.lint': {
    ...CHECK,
    id: 'code.lint',
    phrases: {
      zh: ['检查代码规范符合性', '检查代码规范', '检查代码风格'],
      en: ['Check the code against the style rules', 'Check code style', 'Lint the code'],
    },
    measures: ['code.serious_findings', 'code.style_ok'],
  },
  'code.scan': {
    ...CHECK,
    id: 'code.scan',
    phrases: {
      zh: ['扫描安全漏洞', '安全漏洞扫描', '运行安全扫描'],
      en: ['Scan for security vulnerabilities', 'Run the security scan'],
    },
    measures: ['security.high_findings'],
  },
  'code.audit': {
    ...CHECK,
    id: 'code.audit',
    phrases: {
      zh: ['检查依赖版本', '审计依赖', '检查依赖漏洞'],
      en: ['Check the versions of dependencies', 'Check dependency versions', 'Audit dependencies'],
    },
    measures: ['security.high_findings'],
  },
  'tests.run': {
    ...TESTS,
    id: 'tests.run',
    phrases: {
      zh: ['执行 pytest 或相应测试框架', '执行单元测试', '运行所有单元测试', '运行单元测试'],
      en: ['Run pytest or the matching test framework', 'Run the unit tests', 'Run all unit tests'],
    },
    measures: ['tests.pass_rate', 'tests.critical_pass_rate'],
  },
  'tests.coverage': {
    ...TESTS,
    id: 'tests.coverage',
    phrases: {
      zh: ['生成测试覆盖率报告', '生成覆盖率报告'],
      en: ['Generate the test coverage report', 'Generate a coverage report'],
    },
    measures: ['tests.coverage'],
  },
  'tests.verify': {
    ...TESTS,
    id: 'tests.verify',
    phrases: {
      zh: ['验证测试通过率', '检查测试通过率'],
      en: ['Verify the test pass rate', 'Check the test pass rate'],
    },
    measures: ['tests.pass_rate', 'tests.critical_pass_rate'],
  },
  'build.compile': {
    ...BUILD,
    id: 'build.compile',
    phrases: {
      zh: ['编译源代码', '编译代码'],
      en: ['Compile the source code', 'Compile the sources'],
    },
    measures: [],
  },
  'build.package': {
    ...BUILD,
    id: 'build.package',
    phrases: {
      zh: ['打包应用程序', '打包应用'],
      en: ['Package the application', 'Package the app'],
    },
    measures: [],
  },
  'image.build': {
    ...BUILD,
    id: 'image.build',
    phrases: {
      zh: ['构建 Docker 镜像', '构建镜像'],
      en: ['Build the Docker image', 'Build the image'],
    },
    settings: [TAG],
    measures: ['image.built', 'image.tag'],
    uses: ['source', 'commands', 'image', 'runtime'],
  },
  'image.push': {
    ...BUILD,
    id: 'image.push',
    phrases: {
      zh: ['推送镜像到 registry', '推送镜像到镜像仓库', '推送镜像'],
      en: ['Push the image to the registry', 'Push the image'],
    },
    settings: [TAG],
    measures: ['image.pushed', 'image.tag'],
    uses: ['source', 'commands', 'image', 'runtime'],
    timeouts: { startToCloseSeconds: 1800, heartbeatSeconds: 30 },
    retry: { maximumAttempts: 5 },
  },
} as const satisfies Partial<Record<ActionId, ActionDefinition>>;
