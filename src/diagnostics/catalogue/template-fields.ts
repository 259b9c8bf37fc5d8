/** What a run sheet lacks, and what stands in it in a form that cannot be read. */
import { APPROVAL_FIELDS } from './approval-fields.ts';
import { BATCH_FIELDS } from './batch-fields.ts';
import type { Entry, Sentence } from './entry.ts';
import { ON_FAILURE_FIELDS } from './on-failure.ts';
import { PARAMETER_FIELDS } from './parameter-fields.ts';

export const MISSING_FIELD = {
  meaning: {
    zh: '章节、步骤或参数缺少必需的部分。',
    en: 'A section, a step or a parameter lacks a part that it needs.',
  },
  messages: {
    yamlBlock: {
      message: { zh: '「{section}」下没有 YAML 代码块', en: '"{section}" has no YAML block' },
      remedy: {
        zh: '请加上以 ```yaml 开头的代码块',
        en: 'add a block that starts with ```yaml',
      },
    },
    steps: {
      message: { zh: '没有任何步骤', en: 'there are no steps' },
      remedy: { zh: '请加上「### 1. 标题 [action]」', en: 'add "### 1. Title [action]"' },
    },
    stepPart: {
      message: { zh: '这一步没有「{label}」', en: 'this step has no "{label}"' },
      remedy: {
        zh: '请加上「**{label}**:」及其内容',
        en: 'add "**{label}**:" and what belongs under it',
      },
    },
    approvers: {
      message: { zh: '审批步骤没有写审批人员', en: 'the approval step names no approvers' },
      remedy: {
        zh: '请加上「**审批人员**:」，例如「- production: 技术负责人」',
        en: 'add "**Approvers**:", for example "- production: Tech lead"',
      },
    },
    metadata: {
      message: { zh: '元信息缺少「{field}」', en: 'the metadata lacks "{field}"' },
      remedy: { zh: '请加上一行「{field}: …」', en: 'add a line "{field}: …"' },
    },
    parameterType: {
      message: { zh: '参数「{name}」没有 type', en: 'the parameter "{name}" has no type' },
      expected: '{types}',
      remedy: { zh: '请写其中之一：{types}', en: 'use one of {types}' },
    },
    parameter: {
      message: {
        zh: '步骤 {step} 需要参数「{name}」，但没有声明',
        en: 'step {step} needs the parameter "{name}", which is not declared',
      },
      expected: '{name}: {type}',
      remedy: {
        zh: '请在「## 参数定义」下声明「{name}」，type: {type}',
        en: 'declare "{name}" under "## Parameters" with type: {type}',
      },
    },
  },
} as const satisfies Entry;

const DOCUMENT_FIELDS = {
  sectionTwice: {
    message: {
      zh: '章节「{section}」出现了两次',
      en: 'the section "{section}" appears twice',
    },
    remedy: { zh: '请合并为一个章节', en: 'merge the two' },
  },
  unclosedBlock: {
    message: { zh: '代码块没有结束', en: 'this block is never closed' },
    remedy: { zh: '请在末尾另起一行写上 ```', en: 'close it with ``` on a line of its own' },
  },
  metadataField: {
    message: {
      zh: '元信息没有「{field}」这一项，它不起任何作用',
      en: 'the metadata has no field "{field}"; it has no effect',
    },
    remedy: { zh: '可用：{known}', en: 'use one of: {known}' },
    severity: 'warning',
  },
  templateId: {
    message: { zh: 'template_id 的形式不对', en: 'the template_id is malformed' },
    expected: {
      zh: '以字母开头，最多 100 个字母、数字、下划线、点和连字符',
      en: 'a letter, then up to 99 letters, digits, underscores, dots and hyphens',
    },
    remedy: {
      zh: '例如：deployment_workflow_v1',
      en: 'write, for example: deployment_workflow_v1',
    },
  },
  templateVersion: {
    message: { zh: '模板的 version 形式不对', en: 'the version of the template is malformed' },
    expected: {
      zh: '以字母或数字开头，最多 64 个字母、数字、下划线、点、加号和连字符',
      en: 'a letter or digit, then up to 63 letters, digits, underscores, dots, plus signs and hyphens',
    },
    remedy: { zh: '例如：1.0.0', en: 'write, for example: 1.0.0' },
  },
  stepHeading: {
    message: {
      zh: '步骤标题应为「### 编号. 标题 [类型]」',
      en: 'the heading of a step has the form "### number. title [kind]"',
    },
    remedy: {
      zh: '例如：### 1. 代码检查 [action]',
      en: 'write, for example: ### 1. Code checks [action]',
    },
  },
  notAList: {
    message: {
      zh: '「{label}」的内容应写成列表',
      en: 'what belongs under "{label}" is written as a list',
    },
    remedy: {
      zh: '请另起一行写「- {text}」',
      en: 'write "- {text}" on a line of its own',
    },
  },
  imageReference: {
    message: { zh: '「{text}」不是镜像', en: '"{text}" names no image' },
    expected: 'v1.2.3 | sha256:… | registry.example.com/team/app:v1.2.3 | ${image}',
    remedy: {
      zh: '请写标签、摘要、完整名称，或持有它的参数：（${image}）',
      en: 'write a tag, a digest, a whole name, or the parameter that holds one: (${image})',
    },
  },
  noSetting: {
    message: {
      zh: '动作 {action} 没有可以写在括号里的设置',
      en: 'the action {action} takes no setting in brackets',
    },
    remedy: {
      zh: '请删去括号，或把说明写在「**备注**」下',
      en: 'remove the brackets, or put prose under "**Note**"',
    },
  },
  threshold: {
    message: {
      zh: '「{figure}」不能作为「{fact}」的阈值',
      en: '"{figure}" cannot be the threshold of "{fact}"',
    },
    expected: '{form}',
  },
  moreIsBetter: {
    message: {
      zh: '方向可能写反了：「{fact}」越高越好',
      en: 'this may be the wrong way round: the higher "{fact}" is, the better',
    },
    remedy: { zh: '通常写「>=」', en: '">=" is usual' },
    severity: 'warning',
  },
  lessIsBetter: {
    message: {
      zh: '方向可能写反了：「{fact}」越低越好',
      en: 'this may be the wrong way round: the lower "{fact}" is, the better',
    },
    remedy: { zh: '通常写「<」', en: '"<" is usual' },
    severity: 'warning',
  },
} as const satisfies Readonly<Record<string, Sentence>>;

const ROLLBACK_FIELDS = {
  rollbackRule: {
    message: { zh: '这不是回滚规则', en: 'this is not a rollback rule' },
    expected: {
      zh: '如果在步骤6-7失败 → 恢复旧版本服务',
      en: 'if it fails in steps 6-7 → restore the old version',
    },
    remedy: {
      zh: '例如：如果在步骤6之前失败 → 直接终止，无需回滚',
      en: 'write, for example: if it fails before step 6 → stop at once, nothing to undo',
    },
  },
  nothingBefore: {
    message: { zh: '步骤 {step} 之前没有步骤', en: 'there is no step before step {step}' },
    remedy: { zh: '请删去或修改这一条', en: 'remove or change this rule' },
  },
  nothingAfter: {
    message: { zh: '步骤 {step} 之后没有步骤', en: 'there is no step after step {step}' },
    remedy: { zh: '请删去或修改这一条', en: 'remove or change this rule' },
  },
  rangeReversed: {
    message: {
      zh: '在文档中，步骤 {to} 在步骤 {from} 之前',
      en: 'in this document, step {to} comes before step {from}',
    },
    remedy: {
      zh: '范围按文档中的先后书写',
      en: 'write the range in the order of the document',
    },
  },
  rangesOverlap: {
    message: {
      zh: '这一范围与步骤 {from} 至 {to} 重叠',
      en: 'this range overlaps steps {from} to {to}',
    },
    remedy: { zh: '每个步骤只能属于一个范围', en: 'let each step belong to one range' },
  },
} as const satisfies Readonly<Record<string, Sentence>>;

export const BAD_FIELD = {
  meaning: {
    zh: '内容的形式不对，或值不合要求。',
    en: 'Something is written in a form that cannot be read, or has a value that it cannot have.',
  },
  messages: {
    ...DOCUMENT_FIELDS,
    ...PARAMETER_FIELDS,
    ...APPROVAL_FIELDS,
    ...ROLLBACK_FIELDS,
    ...BATCH_FIELDS,
    ...ON_FAILURE_FIELDS,
  },
} as const satisfies Entry;
