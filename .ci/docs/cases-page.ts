/** docs/cases.md in both languages: what went wrong once, and the tests that are named by it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Language, Localized } from '../../src/diagnostics/diagnostic.ts';

/** What each row is about; its tests begin their names with its id. */
const ROWS: Readonly<Record<string, Localized>> = {
  G1: {
    zh: '标签下看起来是列表、却没有被读作列表的文字',
    en: 'text under a label that looks like a list and was not read as one',
  },
  G2: {
    zh: '测试以非 0 退出，而报告全部通过',
    en: 'tests that end with another exit code than 0 beside a green report',
  },
  G3: {
    zh: '源代码中的文件被当作这次运行的报告',
    en: 'a file of the source taken for a report of this run',
  },
  G4: { zh: '没有运行的测试被算作通过', en: 'tests that did not run, counted as passed' },
  G5: { zh: '小于 0 的计数被算作已覆盖', en: 'counts below 0, counted as covered' },
  G6: { zh: 'YAML 把文字变成了别的值', en: 'a text that YAML turns into another value' },
  G7: {
    zh: '源代码只含指针或空的子模块',
    en: 'a source with pointers and empty submodules in place of content',
  },
  G8: {
    zh: '操作测量了结果，却没有条件判断它',
    en: 'an action that measures, and no criterion that judges it',
  },
  G9: {
    zh: '检出的代码在被忽略的文件夹里，工具什么也没检查',
    en: 'a checkout in an ignored folder, where tools check nothing',
  },
  G10: { zh: '按脱敏后的报告作出的结论', en: 'a verdict on the redacted report' },
  G11: { zh: '上传被转到另一个地址', en: 'an upload that is sent on to another address' },
  U1: {
    zh: '旧版本用新设置启动',
    en: 'the former release started with the new settings',
  },
  U2: {
    zh: '服务停止之后才发现没有镜像',
    en: 'no image, found out after the service was stopped',
  },
  U3: {
    zh: '成功条件在最后一个更改服务器的步骤之后才测量',
    en: 'a success rule measured after the last step that changes servers',
  },
  U4: {
    zh: '计划所说的失败后果与运行不同',
    en: 'a plan that says something else of a failure than the run does',
  },
  U5: {
    zh: '同一版本崩溃，被当作另一个版本',
    en: 'the same version dead, taken for another one',
  },
  U6: { zh: '镜像的平台与服务器不同', en: 'an image for another platform than the server' },
  B1: {
    zh: '主机密钥的名称与 OpenSSH 使用的不同',
    en: 'a host key looked up by another name than OpenSSH does',
  },
  B2: {
    zh: '登录 shell 的输出混入命令的输出',
    en: 'what the login’s shell prints, taken for what a command printed',
  },
  B3: {
    zh: '标签存在，却说没有',
    en: 'a tag that is there, and a message that says there is none',
  },
  B4: {
    zh: '镜像仓库的地址带有路径，或仓库中还没有这个镜像的存储库',
    en: 'a registry’s address with a path, and a repository that is not there yet',
  },
  B5: {
    zh: 'compose 文件的写法读成了别的意思',
    en: 'what compose files are written with, read as something else',
  },
  B6: {
    zh: '报告前面有别的文字，或不重要的字段不合规',
    en: 'a report behind other text, or with a detail that nobody needs and that is not valid',
  },
  B7: {
    zh: '没有读 Temporal 自己的配置，或连不上时说错了原因',
    en: 'Temporal’s own profile unread, and a fault of the connection told as another one',
  },
  B8: {
    zh: '有效的发件人被拒绝，或邮件服务器的原因看不到',
    en: 'a valid sender refused, and a mail server’s reason that nobody sees',
  },
  B9: {
    zh: 'SSH 配置包含的文件没有读到',
    en: 'files that the SSH configuration includes, and that were not read',
  },
  B10: {
    zh: '测试报告在惯例的位置，却没有找到',
    en: 'a report of tests that stands where it usually does, and was not found',
  },
  B11: {
    zh: '只应答写明自己域名的请求的服务',
    en: 'a service that answers only under its own name, to who shows a header, or in HTTPS',
  },
  B12: {
    zh: '使用自己的停止信号的镜像、不在惯例位置的 Docker 套接字、代理、命令的环境变量',
    en: 'what the surroundings say and nobody heeded: an image’s stop signal, the place of an engine’s socket, a proxy, the environment of a command',
  },
  B13: {
    zh: '不会结束的长连接（WebSocket），让等待每次失败',
    en: 'long-lived connections, such as WebSockets, that fail each wait for requests in flight',
  },
  B14: {
    zh: '词在别的词里被找到',
    en: 'a word found inside another word',
  },
  B15: {
    zh: '差一点就对的名称、标题、章节或标签',
    en: 'a name, a heading, a section or a label that is almost right',
  },
  B16: {
    zh: '项目自己的操作：占位符、批次、服务器',
    en: 'an action of the project that is not told its version or server, or runs once a batch',
  },
  B17: {
    zh: '下一步提示的命令不能用；失败信息没有说出是哪个测试、完整输出在哪里',
    en: 'a next line that cannot be typed; a failure that does not say which test, or where the whole output is',
  },
  B18: {
    zh: '不应被接受，却被接受的请求',
    en: 'what was accepted and should not have been: an id, an exit, a version, a secret, a person',
  },
  S1: {
    zh: '在运行之外、或由别人的 workflow 要求的操作',
    en: 'work asked for outside a run, or by a workflow of somebody else’s',
  },
  S2: {
    zh: '浏览器里的网页访问本机程序',
    en: 'a page in somebody’s browser that speaks to programs of this machine',
  },
  S3: {
    zh: '项目的代码读到服务器的密钥',
    en: 'code of the project that reaches the keys of its servers',
  },
  S4: {
    zh: '未经构建就被部署的摘要',
    en: 'a digest that is deployed though nobody built it',
  },
  S5: {
    zh: '会让运行在中途结束或再次启动的启动选项',
    en: 'options of a start that end a run midway, or start it again',
  },
  S6: { zh: '被回退的运行凭旧的审批再次部署', en: 'a run that was reset, on its old approval' },
  S8: {
    zh: '混入别的行、或被粘贴执行的文字',
    en: 'text that forges a line, or runs where it is pasted',
  },
  S9: {
    zh: '申请人不是一个确定的人',
    en: 'a requester who is nobody in particular, or two people at once',
  },
  S10: {
    zh: '由别人释放或手工启动的锁',
    en: 'a lock that a stranger releases, or that somebody starts by hand',
  },
  S12: { zh: '未加密发送的密码', en: 'a password sent in clear' },
  S13: {
    zh: '两个项目共用一个任务队列',
    en: 'two projects on one task queue',
  },
  S15: {
    zh: '没有固定版本与哈希的下载',
    en: 'what is fetched without a version or a hash',
  },
  S7: { zh: '让脱敏停顿的输出', en: 'output that makes the redaction stand still' },
};

const WORDS = {
  en: {
    title: 'Cases',
    other: '[简体中文](zh/cases.md)',
    intro:
      'Each of these went wrong once, here or in a tool like this one. The tests below them begin their names with the id; this page is made from those names by `npm run docs`.',
    columns: ['Test', 'File'],
  },
  zh: {
    title: '案例',
    other: '[English](../cases.md)',
    intro:
      '下面每一种情况都出过错，在这里或在同类工具中。各情况下列出的测试以其编号开头；`npm run docs` 根据这些名称生成本页。',
    columns: ['测试', '文件'],
  },
} as const satisfies Record<
  Language,
  { title: string; other: string; intro: string; columns: readonly [string, string] }
>;

interface NamedTest {
  readonly row: string;
  readonly name: string;
  readonly file: string;
}

const TESTS = new URL('../../test/', import.meta.url);
/** The text that a test, a group or a table of tests is given as its name. */
const NAME =
  /\(\s*(?<mark>['"`])(?<row>[BGSU]\d{1,2})[: ]\s*(?<name>(?:(?!\k<mark>)[^\\\n]|\\.)+)\k<mark>/gu;

/** The whole page. */
export function casesPage(language: Language): string {
  const { title, other, intro, columns } = WORDS[language];
  const tests = namedTests();
  const sections = Object.entries(ROWS).flatMap(([row, about]) => {
    const rows = tests
      .filter((each) => each.row === row)
      .map(({ name, file }) => [`\`${name}\``, `\`${file}\``]);
    const table = [columns, ['---', '---'], ...rows].map(tableRow).join('\n');
    return [`## ${row}`, sentence(about[language], language), table];
  });
  return `${[`# ${title}`, other, intro, ...sections].join('\n\n')}\n`;
}

/** Every row that has a test. */
export function rowsWithTests(): ReadonlySet<string> {
  return new Set(namedTests().map(({ row }) => row));
}

/** Every row that this page tells of. */
export const KNOWN_ROWS: readonly string[] = Object.keys(ROWS);

function namedTests(): readonly NamedTest[] {
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(new URL(file, TESTS), 'utf8');
      return [...text.matchAll(NAME)].flatMap(({ groups }) => {
        const { row, name } = groups ?? {};
        return row === undefined || name === undefined
          ? []
          : [{ row, name: plain(name), file: `test/${file}` }];
      });
    });
}

/** As code in a table. */
function plain(name: string): string {
  return name.replaceAll('\\', '').replaceAll('`', "'").replaceAll('|', '/');
}

function sentence(text: string, language: Language): string {
  return language === 'zh' ? `${text}。` : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
