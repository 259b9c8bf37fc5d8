/** What can be wrong with any file or text, before anybody looks at what it says. */
import type { Entries } from './entry.ts';
import { SIZES } from './sizes.ts';

export const FILES = {
  SECRET_EXPOSED: {
    meaning: {
      zh: '密钥文件可由他人读取或更改。',
      en: 'A file with a secret may be read or changed by others.',
    },
    messages: {
      file: {
        message: {
          zh: '他人可以读取或更改密钥文件 {file}（{mode}）',
          en: 'others may read or change the secret file {file} ({mode})',
        },
        remedy: {
          zh: '`chmod 600 {file}`；如果它已被他人看到，请换一个密钥',
          en: '`chmod 600 {file}`; if somebody has seen it, replace the secret too',
        },
      },
    },
  },
  EMPTY_FILE: {
    meaning: { zh: '文件里什么也没有。', en: 'A file has no content.' },
    messages: {
      template: {
        message: { zh: '文件是空的', en: 'the file is empty' },
        remedy: {
          zh: '请从 templates/deployment.md 复制一份开始',
          en: 'start from a copy of templates/deployment.en.md',
        },
      },
      projectFile: {
        message: { zh: '文件是空的', en: 'the file is empty' },
        remedy: {
          zh: '请从 examples/service/runsheet.yaml 复制一份开始',
          en: 'start from a copy of examples/service/runsheet.yaml',
        },
      },
    },
  },
  NOT_UTF8: {
    meaning: {
      zh: '文件不是 UTF-8 文本，例如由旧编辑器存成了 GBK。',
      en: 'A file is not UTF-8 text: an old editor saved it in GBK, for example.',
    },
    messages: {
      file: {
        message: { zh: '文件不是 UTF-8 编码', en: 'the file is not UTF-8 text' },
        remedy: {
          zh: '请用编辑器另存为 UTF-8（原来可能是 GBK 等编码）',
          en: 'save it as UTF-8 in your editor (it may be in another encoding such as GBK)',
        },
      },
    },
  },
  TOO_LARGE: {
    meaning: {
      zh: '文件、文本或列表超过了上限。',
      en: 'A file, a text or a list exceeds a limit.',
    },
    messages: {
      template: {
        message: { zh: '文件太大', en: 'the file is too large' },
        expected: { zh: '最多 {limit} 字节', en: 'at most {limit} bytes' },
        remedy: {
          zh: '请确认这是操作单，并删去多余内容',
          en: 'check that this is a run sheet, and remove what does not belong in it',
        },
      },
      sourceFile: {
        message: {
          zh: '源代码中的 {path} 超过 {limit}',
          en: '{path} of the source is larger than {limit}',
        },
        remedy: {
          zh: '请只把会填入数值的文字文件用作模板',
          en: 'use only text that is filled in as a template',
        },
      },
      line: {
        message: { zh: '第 {line} 行太长', en: 'line {line} is too long' },
        expected: { zh: '最多 {limit} 个字符', en: 'at most {limit} characters' },
        remedy: { zh: '请把这一行拆成多行', en: 'break it into several lines' },
      },
      block: {
        message: {
          zh: '从第 {line} 行开始的一段太长',
          en: 'the block that begins on line {line} is too long',
        },
        expected: {
          zh: '最多 {limit} 行、{characters} 个字符，之后要有空行',
          en: 'at most {limit} lines and {characters} characters before an empty line',
        },
        remedy: {
          zh: '请用空行把段落、列表或表格分开',
          en: 'put an empty line between paragraphs, lists or tables',
        },
      },
      items: {
        message: {
          zh: '列表项太多，第 {line} 行已超过上限',
          en: 'there are too many list items, by line {line}',
        },
        expected: {
          zh: '一份操作单最多 {limit} 项',
          en: 'at most {limit} in a run sheet',
        },
        remedy: {
          zh: '请把这份操作单拆成几份，或把长列表移到另一份文档',
          en: 'split the run sheet, or move the long list to another document',
        },
      },
      nested: {
        message: {
          zh: '第 {line} 行开始了太多层列表或引用',
          en: 'line {line} begins too many lists or quotes inside one another',
        },
        expected: { zh: '一行最多 {limit} 层', en: 'at most {limit} on a line' },
        remedy: {
          zh: '请删去行首多余的列表符号或 >',
          en: 'remove the list marks or > at the beginning of the line that are not needed',
        },
      },
      emphasis: {
        message: {
          zh: '从第 {line} 行开始的一段里，强调标记 * 和 _ 太多',
          en: 'the block that begins on line {line} has too many emphasis marks (* and _)',
        },
        expected: {
          zh: '空行之前最多 {limit} 处',
          en: 'at most {limit} of them before an empty line',
        },
        remedy: {
          zh: '请用空行把这一段分开，或删去多余的 * 和 _',
          en: 'put an empty line into the block, or remove the * and _ that are not needed',
        },
      },
      steps: {
        message: { zh: '步骤太多', en: 'there are too many steps' },
        expected: { zh: '最多 {limit} 个步骤', en: 'at most {limit} steps' },
        remedy: { zh: '请拆成几份操作单', en: 'split them into several run sheets' },
      },
      nesting: {
        message: {
          zh: '文档嵌套太深，无法读取',
          en: 'the document is nested too deeply to be read',
        },
        remedy: { zh: '请减少列表和引用的层数', en: 'use fewer levels of lists and quotes' },
      },
      yamlBlock: {
        message: {
          zh: 'YAML 的别名太多或嵌套太深',
          en: 'the YAML has too many aliases or is nested too deeply',
        },
        expected: {
          zh: '最多 {aliases} 个别名、{levels} 层',
          en: 'at most {aliases} aliases and {levels} levels',
        },
        remedy: { zh: '请直接写出内容', en: 'write the values out' },
      },
      moreProblems: {
        message: { zh: '… 还有 {count} 个问题', en: '… and more problems: {count}' },
        severity: 'hint',
      },
      projectFile: {
        message: { zh: '文件超过 1 MiB', en: 'the file is larger than 1 MiB' },
        remedy: {
          zh: '请确认这是项目文件，并删去多余内容',
          en: 'check that this is a project file, and remove what does not belong in it',
        },
      },
      projectAliases: {
        message: { zh: 'YAML 的别名太多', en: 'the YAML has too many aliases' },
        expected: { zh: '最多 {aliases} 个', en: 'at most {aliases}' },
        remedy: { zh: '请直接写出内容', en: 'write the values out' },
      },
      request: {
        message: {
          zh: '请求过大（最多 256 KiB、2000 行）',
          en: 'the request is too large (at most 256 KiB and 2000 lines)',
        },
        remedy: {
          zh: '请只保留模板、参数和修改',
          en: 'keep the template, the parameters and the changes only',
        },
      },
      parameter: {
        message: { zh: '参数 {parameter} 过大', en: 'the parameter {parameter} is too large' },
        expected: {
          zh: '最多 {items} 项，每项最多 {characters} 个字符',
          en: 'at most {items} items of at most {characters} characters each',
        },
      },
      skipReason: {
        message: {
          zh: '跳过步骤 {step} 的原因超过 {limit} 个字符',
          en: 'the reason for skipping step {step} is longer than {limit} characters',
        },
        remedy: { zh: '请写短一些', en: 'shorten it' },
      },
      ...SIZES,
    },
  },
  BAD_YAML: {
    meaning: {
      zh: '模板的代码块或项目文件不是正确的 YAML。',
      en: 'A block of a template, or the project file, is not valid YAML.',
    },
    messages: {
      syntax: {
        message: { zh: 'YAML 语法错误：{problem}', en: 'this is not valid YAML: {problem}' },
        remedy: {
          zh: '请检查缩进、冒号后的空格和引号',
          en: 'check the indentation, the space after colons, and the quotes',
        },
      },
      unreadable: {
        message: { zh: 'YAML 无法读取', en: 'the YAML cannot be read' },
        remedy: { zh: '请写得简单一些', en: 'write it in a simpler form' },
      },
      notMapping: {
        message: { zh: '这里应是「键: 值」的列表', en: 'expected a mapping of keys to values' },
        remedy: { zh: '每行写一个「键: 值」', en: 'write one "key: value" per line' },
      },
      keyNotText: {
        message: { zh: '键应是文本', en: 'a key must be text' },
      },
    },
  },
} as const satisfies Entries;
