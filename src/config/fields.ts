/** The kinds of value that runsheet.yaml is made of. Messages are read by people, after the key's path. */
import { z } from 'zod';
import { parseDurationMs } from './durations.ts';
import { both } from './schema-messages.ts';

const DURATION = both({
  zh: '应为时长，例如 30s、5m、1小时',
  en: 'expected a duration such as 30s, 5m or 1h',
});

const durationMs = z
  .string({ error: DURATION })
  .refine((text) => parseDurationMs(text) !== null, { error: DURATION })
  .transform((text) => parseDurationMs(text) ?? 0);

export const milliseconds = durationMs;
export const seconds = durationMs.transform((value) => value / 1000);

export const text = z.string().min(1, { error: both({ zh: '不能为空', en: 'must not be empty' }) });
export const argv = z
  .array(text, {
    error: both({
      zh: '应为程序及其参数的列表，例如 [npm, test]',
      en: 'expected a program with its arguments as a list',
    }),
  })
  .min(1, { error: both({ zh: '至少要有程序名', en: 'expected at least the program' }) });

/** A whole number within bounds: every count in the file has both. */
export function count(least: number, most: number) {
  const error = both({
    zh: `应为 ${least}–${most} 的整数`,
    en: `expected a whole number from ${least} to ${most}`,
  });
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** `20%` or 20. */
export const percent = z.union(
  [
    z.number(),
    z
      .string()
      .regex(/^\d{1,3}(?:\.\d+)?\s*[%％]$/u)
      .transform((value) => Number.parseFloat(value)),
  ],
  { error: both({ zh: '应为百分数，例如 20%', en: 'expected a percentage such as 20%' }) },
);

/** What a scalar of the file is as text: `port: 8080` under `environment:` means "8080". */
export const scalarText = z
  .union([z.string(), z.number(), z.boolean()], {
    error: both({ zh: '应为文本', en: 'expected text' }),
  })
  .transform(String);

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/** `512MiB`, or a number of bytes. */
export const bytes = z.union(
  [
    count(0, Number.MAX_SAFE_INTEGER),
    z
      .string()
      .regex(/^\d{1,6}(?:\.\d{1,3})?\s*(?:B|KiB|MiB|GiB|TiB)$/u)
      .transform((value) =>
        Math.round(Number.parseFloat(value) * (UNITS[value.replace(/[\d.\s]/gu, '')] ?? 1)),
      ),
  ],
  { error: both({ zh: '应为大小，例如 512MiB', en: 'expected a size such as 512MiB' }) },
);

/** Who a file on a server belongs to. */
export const owner = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}(?::[a-z_][a-z0-9_-]{0,31})?$/u, {
  error: both({ zh: '应为「用户」或「用户:组」', en: 'expected "user" or "user:group"' }),
});

export const secretReference = z.string().regex(/^secret:\/\/[A-Za-z0-9][A-Za-z0-9/_.-]{0,127}$/u, {
  error: both({
    zh: '只能写 secret:// 引用，不能写密钥本身',
    en: 'expected a secret:// reference, never the secret itself',
  }),
});

export const urlPath = text.startsWith('/', {
  error: both({ zh: '路径须以 / 开头', en: 'a path must begin with /' }),
});

export const path = text.refine(
  (value) => !value.includes('\0') && !value.split('/').includes('..'),
  {
    error: both({
      zh: '路径不能离开项目文件夹',
      en: 'the path must stay inside the project folder',
    }),
  },
);

/** The DNS and IP alphabet; a name that begins with `-` would be read as an option by other programs. */
export const hostName = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,252})$/u, {
  error: both(
    { zh: '应为主机名或 IP 地址', en: 'expected a host name or IP address' },
    'BAD_HOST_NAME',
  ),
});
export const serverName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/u, {
  error: both(
    {
      zh: '服务器名只能包含字母、数字和 . _ -',
      en: 'a server name may only contain letters, digits and . _ -',
    },
    'BAD_HOST_NAME',
  ),
});
export const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/u, {
  error: both({
    zh: '只能包含字母、数字和 . _ -',
    en: 'may only contain letters, digits and . _ -',
  }),
});

/** Leaves keys without a value out, as `exactOptionalPropertyTypes` wants. */
export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as Defined<T>;
}
