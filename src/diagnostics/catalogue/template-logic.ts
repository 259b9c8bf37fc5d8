/** What can be wrong with a skip rule's expression, and with the branches of a decision. */
import type { Entry } from './entry.ts';

const EXPRESSION = {
  zh: '例如：参数 `skip_tests` 为 true，environment == "production"',
  en: 'write, for example: parameter `skip_tests` is true, environment == "production"',
} as const;

export const BAD_EXPRESSION = {
  meaning: {
    zh: '跳过条件或判断条件读不懂，类型不对，或永远不会成立。',
    en: 'A condition cannot be read, has the wrong types, or can never be true.',
  },
  messages: {
    tooLong: {
      message: { zh: '表达式太长', en: 'the expression is too long' },
      remedy: EXPRESSION,
    },
    tooDeep: {
      message: { zh: '表达式嵌套太深', en: 'the expression is nested too deeply' },
      remedy: EXPRESSION,
    },
    endExpected: {
      message: { zh: '这里不应再有内容', en: 'the expression should end here' },
      remedy: EXPRESSION,
    },
    missingValue: {
      message: { zh: '这里缺少一个值', en: 'a value is missing here' },
      remedy: EXPRESSION,
    },
    missingBracket: {
      message: { zh: '缺少右括号', en: 'a closing bracket is missing' },
      remedy: EXPRESSION,
    },
    unknownSymbol: {
      message: { zh: '看不懂「{symbol}」', en: '"{symbol}" is not part of an expression' },
      remedy: EXPRESSION,
    },
    valueExpected: {
      message: { zh: '这里应是一个值', en: 'expected a value' },
      remedy: EXPRESSION,
    },
    notACondition: {
      message: {
        zh: '这里应是一个判断（真或假）',
        en: 'expected a condition, which is true or false',
      },
      remedy: EXPRESSION,
    },
    variableNotSetYet: {
      message: {
        zh: '变量「{name}」在这一步之前还没有设置',
        en: 'the variable "{name}" is not set before this step',
      },
      remedy: {
        zh: '请把设置它的步骤移到前面',
        en: 'move the step that sets it before this one',
      },
    },
    noOrder: {
      message: { zh: '只有数字能比较大小', en: 'only numbers can be ordered' },
      remedy: EXPRESSION,
    },
    differentTypes: {
      message: {
        zh: '两边类型不同（{left} 与 {right}），永远不会相等',
        en: 'the two sides have different types ({left} and {right}) and can never be equal',
      },
      remedy: EXPRESSION,
    },
    neverEqual: {
      message: { zh: '左边永远不会是这个值', en: 'the left side never has this value' },
      remedy: { zh: '可能的值：{values}', en: 'its values are: {values}' },
    },
  },
} as const satisfies Entry;

/** The same for every line of a decision that is not understood. */
const BRANCH = {
  expected: {
    zh: '进入步骤N | 跳过步骤N，直接进入步骤M | 设置 variables.x = true|false|optional | 检查是否有待处理的审批请求',
    en: 'go to step N | skip step N, go straight to step M | set variables.x = true|false|optional | look for pending approval requests',
  },
  remedy: {
    zh: '例如：if environment == "production": 换行后写 需要审批 → 进入步骤5',
    en: 'write, for example: if environment == "production": and, on the next line, approval needed → go to step 5',
  },
} as const;

export const BAD_BRANCH = {
  meaning: {
    zh: '判断逻辑中的一行读不懂，或放错了位置。',
    en: 'A line of the decision logic cannot be read, or is in the wrong place.',
  },
  messages: {
    empty: { message: { zh: '判断逻辑是空的', en: 'the decision is empty' }, ...BRANCH },
    ifExpected: {
      message: { zh: '判断应以 if 开始', en: 'a decision starts with if' },
      ...BRANCH,
    },
    misplaced: {
      message: { zh: '「{word}」不能在这里', en: '"{word}" cannot be here' },
      ...BRANCH,
    },
    unknown: {
      message: { zh: '看不懂「{text}」', en: '"{text}" is not something that a branch can do' },
      ...BRANCH,
    },
    badValue: {
      message: {
        zh: '「{value}」不能作为变量的值',
        en: '"{value}" cannot be the value of a variable',
      },
      ...BRANCH,
    },
    twoTargets: {
      message: { zh: '一个分支只能进入一个步骤', en: 'a branch can go to one step only' },
      ...BRANCH,
    },
  },
} as const satisfies Entry;
