/**
 * The SSH configuration as OpenSSH evaluates it, without what would run a program: `Match exec`,
 * ProxyCommand, KnownHostsCommand. The first value found wins; identity files add up.
 */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type Line, parse } from 'ssh-config';
import { diagnose } from '../../diagnostics/diagnose.ts';
import type { Localized } from '../../diagnostics/language.ts';
import { refusal } from '../refusal.ts';
import { filesOf } from './glob.ts';
import { matchesPatternList } from './patterns.ts';

export interface ConfigSource {
  readonly file: string;
  /** Where relative names in `Include` are. */
  readonly folder: string;
}

export interface ConfigQuery {
  /** The host as it was named. */
  readonly name: string;
  /** The login name that is already decided. */
  readonly user?: string;
  readonly localUser: string;
  readonly home: string;
}

/** Directives by their name in lower case, each with the values that count. */
export interface ClientConfig {
  first(directive: string): string | null;
  /** Values of a directive that adds up. */
  all(directive: string): readonly string[];
  /** What the files ask for and is not done, for people. */
  readonly ignored: readonly Localized[];
}

const DEEPEST_INCLUDE = 16;
const MOST_FILES = 64;
const MOST_BYTES = 1024 * 1024;
const ADDS_UP: ReadonlySet<string> = new Set(['identityfile']);
const COMMANDS: ReadonlySet<string> = new Set(['knownhostscommand', 'localcommand']);

/** Reads the files in order. @throws PortError `invalid` for a file that cannot be read as configuration */
export function readClientConfig(
  sources: readonly ConfigSource[],
  query: ConfigQuery,
): ClientConfig {
  const found = new Found(query);
  for (const source of sources) evaluate(source, found, 0);
  return found;
}

class Found implements ClientConfig {
  readonly ignored: Localized[] = [];
  readonly query: ConfigQuery;
  files = 0;
  private readonly values = new Map<string, string[]>();

  constructor(query: ConfigQuery) {
    this.query = query;
  }

  first(directive: string): string | null {
    return this.values.get(directive)?.[0] ?? null;
  }

  all(directive: string): readonly string[] {
    return this.values.get(directive) ?? [];
  }

  set(directive: string, value: string): void {
    const former = this.values.get(directive);
    if (former === undefined) this.values.set(directive, [value]);
    else if (ADDS_UP.has(directive)) former.push(value);
  }

  ignore(text: Localized): void {
    if (!this.ignored.some(({ en }) => en === text.en)) this.ignored.push(text);
  }
}

function evaluate(source: ConfigSource, found: Found, depth: number): void {
  const lines = readLines(source.file, found);
  for (const line of lines) {
    if (!('param' in line)) continue;
    if (!('config' in line)) apply(line, source, found, depth);
    else if (isMeant(line, source.file, found)) {
      for (const each of line.config) {
        if ('param' in each) apply(each, source, found, depth);
      }
    }
  }
}

type Directive = Extract<Line, { readonly param: string }>;

function apply(line: Directive, source: ConfigSource, found: Found, depth: number): void {
  const directive = line.param.toLowerCase();
  if (directive === 'include') {
    if (depth >= DEEPEST_INCLUDE)
      throw refusal(
        'invalid',
        source.file,
        diagnose('BAD_SSH_CONFIG', 'includeDepth', { file: source.file }),
      );
    for (const file of included(words(line), source.folder, found.query.home)) {
      evaluate({ file, folder: source.folder }, found, depth + 1);
    }
  } else if (COMMANDS.has(directive)) {
    found.ignore({
      zh: `${source.file} 中的 ${line.param}：建立连接时从不运行程序`,
      en: `${line.param} in ${source.file}: a program is never run for a connection`,
    });
  } else found.set(directive, words(line).join(' '));
}

function words(line: Directive): readonly string[] {
  return typeof line.value === 'string' ? [line.value] : line.value.map(({ val }) => val);
}

/** Whether a `Host` or `Match` section is about this host. */
function isMeant(line: Directive, file: string, found: Found): boolean {
  if (line.param.toLowerCase() === 'host') return matchesPatternList(words(line), found.query.name);
  return 'criteria' in line && matches(criteriaOf(line.criteria), file, found);
}

function criteriaOf(given: object): readonly (readonly [string, string])[] {
  return Object.entries(given).map(([key, value]: [string, unknown]) => [
    key.toLowerCase(),
    typeof value === 'string' ? value : '',
  ]);
}

function matches(
  criteria: readonly (readonly [string, string])[],
  file: string,
  found: Found,
): boolean {
  return criteria.every(([key, value]) => {
    const negated = key.startsWith('!');
    const name = negated ? key.slice(1) : key;
    const subject = subjectOf(name, found);
    if (subject !== null) {
      const matched = subject === '' || matchesPatternList(value.split(','), subject);
      return matched !== negated;
    }
    if (name !== 'final' && name !== 'canonical')
      found.ignore({
        zh: `${file} 中的 Match ${name}：从不运行，这一部分不起作用`,
        en: `Match ${name} in ${file}: never run; the section is left out`,
      });
    return false;
  });
}

/** What a criterion is compared with; empty: always true; null: a criterion that is not decided here. */
function subjectOf(criterion: string, found: Found): string | null {
  const { name, user, localUser } = found.query;
  switch (criterion) {
    case 'all':
      return '';
    case 'host':
      return (found.first('hostname') ?? name).replaceAll('%h', name);
    case 'originalhost':
      return name;
    case 'user':
      return user ?? found.first('user') ?? localUser;
    case 'localuser':
      return localUser;
    default:
      return null;
  }
}

function included(patterns: readonly string[], folder: string, home: string): readonly string[] {
  return patterns.flatMap((each) => {
    const path = each.startsWith('~/') ? posix.join(home, each.slice(2)) : each;
    return filesOf(posix.resolve(folder, path));
  });
}

/** A file that is not there, or not for this user, has no lines. */
function readLines(file: string, found: Found): readonly Line[] {
  found.files += 1;
  if (found.files > MOST_FILES)
    throw refusal(
      'invalid',
      file,
      diagnose('BAD_SSH_CONFIG', 'tooManyFiles', { file, limit: MOST_FILES }),
    );
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  if (text.length > MOST_BYTES)
    throw refusal('invalid', file, diagnose('BAD_SSH_CONFIG', 'tooLarge', { file }));
  try {
    return [...parse(text)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal('invalid', file, diagnose('BAD_SSH_CONFIG', 'syntax', { file, reason }));
  }
}
