/** What can be wrong with a parameter's declaration. */
import type { Sentence } from './entry.ts';

export const PARAMETER_FIELDS = {
  parameterName: {
    message: { zh: '参数名「{name}」不合规则', en: '"{name}" cannot be the name of a parameter' },
    expected: {
      zh: '以字母或下划线开头，最多 64 个字母、数字和下划线',
      en: 'a letter or an underscore, then up to 63 letters, digits and underscores',
    },
  },
  parameterDefinition: {
    message: { zh: '参数「{name}」缺少定义', en: 'the parameter "{name}" has no definition' },
    expected: 'type: string',
  },
  parameterType: {
    message: { zh: '参数类型「{type}」不存在', en: 'there is no parameter type "{type}"' },
    expected: '{types}',
    remedy: { zh: '请写其中之一：{types}', en: 'use one of {types}' },
  },
  parameterField: {
    message: { zh: '参数没有「{field}」这一项', en: 'a parameter has no field "{field}"' },
    remedy: { zh: '可用：{known}', en: 'use one of: {known}' },
  },
  required: {
    message: { zh: 'required 应为 true 或 false', en: 'required must be true or false' },
    expected: 'true | false',
  },
  enumList: {
    message: { zh: 'enum 应是非空列表', en: 'enum must be a list with at least one value' },
    expected: '[a, b]',
  },
  enumType: {
    message: {
      zh: 'enum 的值应是 {type} 类型',
      en: 'the values of enum must be of type {type}',
    },
    expected: '{type}',
  },
  valueType: {
    message: { zh: '{field} 的值不是 {type} 类型', en: 'the {field} is not of type {type}' },
    expected: '{type}',
  },
  valueNotInEnum: {
    message: { zh: '{field} 的值不在 enum 中', en: 'the {field} is not one of the values of enum' },
    expected: '{values}',
  },
  neededType: {
    message: {
      zh: '步骤 {step} 需要 {type} 类型的参数「{name}」',
      en: 'step {step} needs the parameter "{name}" to be of type {type}',
    },
    expected: '{name}: {type}',
    remedy: {
      zh: '请在「## 参数定义」下把「{name}」改为 type: {type}',
      en: 'declare "{name}" under "## Parameters" with type: {type}',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;
