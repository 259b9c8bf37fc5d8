/** Commander's messages about a wrong command line, in Chinese. */

/** Each as commander writes it; what is in parentheses is kept. A test provokes every one. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^error: unknown option '(.+?)'/u, '没有选项 $1'],
  [/^error: unknown command '(.+?)'/u, '没有命令 $1'],
  [/^error: missing required argument '(.+?)'/u, '缺少参数 <$1>'],
  [/^error: option '(.+?)' argument missing/u, '选项 $1 缺少值'],
  [/^error: option '(.+?)' argument '(.*?)' is invalid\./u, '选项 $1 的值「$2」无效'],
  [
    /^error: too many arguments.*? Expected (\d+) arguments? but got (\d+)\./u,
    '参数过多：应为 $1 个，实际 $2 个',
  ],
  [/^error: option '(.+?)' cannot be used with option '(.+?)'/u, '选项 $1 与 $2 不能同时使用'],
  [/ ?Allowed choices are (.+)\./u, '，可选：$1'],
  [/\(Did you mean (?:one of )?(.+)\?\)/u, '您是否想写 $1？'],
];

/** The message itself where commander says something that is not listed. */
export function usageErrorInChinese(message: string): string {
  return MESSAGES.reduce((text, [pattern, chinese]) => text.replace(pattern, chinese), message);
}
