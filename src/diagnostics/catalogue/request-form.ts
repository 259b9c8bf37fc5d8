/** What cannot be read of a run request, whether it is JSON, YAML, text or options. */
import type { Entry, Sentence } from './entry.ts';

const OBJECT = {
  zh: '例如：\'{"environment":"production","servers":["app-server-1"],"version":"v2.1.0"}\'',
  en: 'for example: \'{"environment":"production","servers":["app-server-1"],"version":"v2.1.0"}\'',
} as const;
const OVERRIDES = {
  zh: '例如：{"skip":[{"step":1,"reason":"…"}],"add":[{"step":8,"task":"…"}]}',
  en: 'for example: {"skip":[{"step":1,"reason":"…"}],"add":[{"step":8,"task":"…"}]}',
} as const;
const HEADINGS = {
  zh: '可以写：执行 <文件> 模板、参数:、但修改:',
  en: 'write: Run the <file> template, Parameters:, with changes:',
} as const;

const OBJECT_FORM = {
  noInput: {
    message: { zh: '请求没有输入', en: 'the request has no input' },
    remedy: OBJECT,
  },
  tooManyInputs: {
    message: { zh: '输入最多 {limit} 个', en: 'there can be at most {limit} inputs' },
  },
  inputKind: {
    message: {
      zh: '输入必须是参数对象或请求文本',
      en: 'an input must be an object of parameters, or text',
    },
    remedy: OBJECT,
  },
  file: {
    message: {
      zh: '{file} 应为参数（JSON 或 YAML），或「执行 deployment.md 模板 …」这样的文字',
      en: '{file} must contain parameters (JSON or YAML), or text such as "Run the deployment.md template …"',
    },
    remedy: OBJECT,
  },
  parameterTwice: {
    message: { zh: '参数 {name} 出现了两次', en: 'the parameter {name} is given twice' },
    remedy: { zh: '请删去其中一个', en: 'remove one of the two' },
  },
  language: {
    message: { zh: 'language 只能是 zh 或 en', en: 'language must be zh or en' },
  },
  requestedBy: {
    message: {
      zh: 'requested_by 必须是一行不超过 200 字符的文本，不含不可见的字符',
      en: 'requested_by must be one line of at most 200 characters, none of them invisible',
    },
  },
  planDigest: {
    message: {
      zh: 'plan_digest 写作 sha256:…（64 位十六进制）',
      en: 'plan_digest must be sha256: and 64 hexadecimal digits',
    },
  },
  overridesKind: {
    message: { zh: 'overrides 必须是对象', en: 'overrides must be an object' },
    remedy: OVERRIDES,
  },
  overridesKey: {
    message: { zh: 'overrides 中没有 {key}', en: 'overrides has no key {key}' },
    remedy: OVERRIDES,
  },
  overridesList: {
    message: { zh: 'overrides.{list} 必须是列表', en: 'overrides.{list} must be a list' },
    remedy: OVERRIDES,
  },
  overridesItem: {
    message: {
      zh: 'overrides.{list} 的每一项需要 step 和 {field}',
      en: 'each item of overrides.{list} needs step and {field}',
    },
    remedy: OVERRIDES,
  },
} as const satisfies Readonly<Record<string, Sentence>>;

const TEXT_FORM = {
  unreadableLine: {
    message: { zh: '看不懂这一行', en: 'this line cannot be read' },
    remedy: HEADINGS,
  },
  unreadableParameter: {
    message: { zh: '看不懂这一行', en: 'this line cannot be read' },
    remedy: { zh: '参数写作「- 名称: 值」', en: 'write a parameter as "- name: value"' },
  },
  unreadableChange: {
    message: { zh: '看不懂这一行', en: 'this line cannot be read' },
    remedy: {
      zh: '可以写：跳过步骤1（原因）、步骤8增加<任务>、批次: 1',
      en: 'write: Skip step 1 (reason), Step 8 add <task>, Batches: 1',
    },
  },
  twoTemplates: {
    message: { zh: '请求只能指定一个模板', en: 'a request names one template only' },
    remedy: { zh: '请删去其中一行', en: 'remove one of the two lines' },
  },
  looseItem: {
    message: {
      zh: '列表项前面缺少「参数:」或「但修改:」',
      en: 'a list item needs "Parameters:" or "with changes:" before it',
    },
    remedy: HEADINGS,
  },
} as const satisfies Readonly<Record<string, Sentence>>;

const CHANGES = {
  skippedTwice: {
    message: { zh: '步骤 {step} 被跳过了两次', en: 'step {step} is skipped twice' },
    remedy: { zh: '请删去其中一个', en: 'remove one of the two' },
  },
  skipReasonCharacters: {
    message: {
      zh: '跳过步骤 {step} 的原因含有换行或不可见的控制字符',
      en: 'the reason for skipping step {step} holds a line break or an invisible control character',
    },
    remedy: { zh: '请写成一行普通文本', en: 'write it as one line of plain text' },
  },
  runId: {
    message: {
      zh: '运行的 id {id} 含有空格、引号或 shell 会解释的字符',
      en: 'the id of the run, {id}, holds spaces, quotes or characters that a shell interprets',
    },
    remedy: {
      zh: '请用字母、数字和 . _ - : @ / + 组成 id，例如 release-42',
      en: 'make it of letters, digits and . _ - : @ / +, for example release-42',
    },
  },
  noSkipReason: {
    message: { zh: '跳过步骤 {step} 需要原因', en: 'skipping step {step} needs a reason' },
    remedy: {
      zh: '例如：跳过步骤{step}（代码检查已在CI完成）',
      en: 'write, for example: Skip step {step} (checked in CI)',
    },
  },
  stepWithoutTasks: {
    message: {
      zh: '步骤 {step} 不执行任务，不能增加',
      en: 'step {step} runs no tasks, so none can be added to it',
    },
  },
  stepSkipped: {
    message: {
      zh: '步骤 {step} 被跳过，不能增加任务',
      en: 'step {step} is skipped, so no task can be added to it',
    },
  },
  taskChangesServers: {
    message: {
      zh: '请求不能增加更改服务器的任务',
      en: 'a request cannot add a task that changes servers',
    },
    remedy: { zh: '请把它写进模板', en: 'write it into the template' },
  },
} as const satisfies Readonly<Record<string, Sentence>>;

const BATCHES = {
  batchValue: {
    message: { zh: '{name}：{problem}', en: '{name}: {problem}' },
  },
  lock: {
    message: {
      zh: 'overrides.lock 应为 wait 或 refuse，现为 {value}',
      en: 'overrides.lock is wait or refuse, not {value}',
    },
  },
  flag: {
    message: {
      zh: 'overrides.{key} 应为 true 或 false，现为 {value}',
      en: 'overrides.{key} is true or false, not {value}',
    },
  },
  batchSettingTwice: {
    message: { zh: '{name} 出现了两次', en: '{name} is given twice' },
    remedy: { zh: '请删去其中一个', en: 'remove one of the two' },
  },
  pointlessAtOnce: {
    message: {
      zh: '所有服务器同时进行时，{names} 没有意义',
      en: '{names} has no effect when all servers are deployed to at once',
    },
    remedy: {
      zh: '请写小于 100% 的批次，或不写这些',
      en: 'write batches of less than 100%, or leave this out',
    },
  },
  needsBatches: {
    message: {
      zh: '批次间隔、允许失败台数、最少在线和观察都需要批次，但模板和 runsheet.yaml 都没有写',
      en: 'a batch pause, a failure budget, a minimum in pool or an observation needs batches, and neither the template nor runsheet.yaml has any',
    },
    expected: '"batches": 1 | "25%" | [1, "10%", "50%"]',
    remedy: { zh: '请加上批次，例如 --batches 1', en: 'add batches, for example --batches 1' },
  },
  nothingToBatch: {
    message: {
      zh: '{template} 没有更改服务器的步骤，不能分批',
      en: 'no step of {template} changes servers, so nothing can run in batches',
    },
    remedy: { zh: '请去掉请求中的批次', en: 'remove the batches from the request' },
  },
} as const satisfies Readonly<Record<string, Sentence>>;

export const BAD_REQUEST = {
  meaning: {
    zh: '请求读不懂，或其中的内容自相矛盾。分批的值用 BAD_FIELD 的话来说。',
    en: 'The request cannot be read, or contradicts itself. What is wrong with batches is said in the words of BAD_FIELD.',
  },
  messages: { ...OBJECT_FORM, ...TEXT_FORM, ...CHANGES, ...BATCHES },
} as const satisfies Entry;
