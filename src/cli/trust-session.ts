/** One `hosts trust`: asks the worker, then the person, and records what is trusted. */
import { relative } from 'node:path';
import type { RunsheetClient } from '../client.ts';
import { writeTrustedKey } from '../config/known-hosts-file.ts';
import type { ProjectFile } from '../config/project-file.ts';
import type { Language } from '../diagnostics/diagnostic.ts';
import type { HostKeyAnswer } from '../workflows/beginning/plan-probe.ts';
import { askYesNo } from './ask.ts';
import { type CommonOptions, print } from './context.ts';
import { type ShownHostKey, type TrustRules, type Verdict, verdictOn } from './host-keys.ts';
import { languageOf, type Say, sayIn } from './language.ts';
import { localUser } from './request.ts';
import { hostKeyLine, keyWords, trustQuestion, trustRefusal } from './view/host-keys.ts';

/** At most eight jump hosts, then the server itself, then a check that the worker sees the key. */
const MOST_ROUNDS = 10;

/** Continues until every server is trusted or refused: a server behind a jump host shows its key only after it. */
export class TrustSession {
  private readonly project: ProjectFile;
  private readonly rules: TrustRules;
  private readonly options: CommonOptions;
  private readonly language: Language;
  private readonly say: Say;
  private readonly latest = new Map<string, HostKeyAnswer>();
  private readonly decided = new Map<
    string,
    { readonly trusted: boolean; readonly round: number }
  >();
  private round = 0;

  constructor(project: ProjectFile, rules: TrustRules, options: CommonOptions) {
    this.project = project;
    this.rules = rules;
    this.options = options;
    this.language = languageOf(options);
    this.say = sayIn(this.language);
  }

  answers(): readonly HostKeyAnswer[] {
    return [...this.latest.values()];
  }

  async trustAll(client: RunsheetClient, names: readonly string[]): Promise<void> {
    let left = names;
    for (this.round = 0; left.length > 0 && this.round < MOST_ROUNDS; this.round += 1) {
      const answers = await askFor(client, this.project, left);
      const changed: string[] = [];
      for (const answer of answers) {
        this.latest.set(answer.server, answer);
        if ('problem' in answer) this.print(hostKeyLine(answer, this.language));
        else if (await this.decide(answer.shown)) changed.push(answer.server);
      }
      left = changed;
    }
  }

  /** @returns whether the worker must be asked again */
  private async decide(shown: ShownHostKey): Promise<boolean> {
    const id = `${shown.place} ${shown.key}`;
    const before = shown.state === 'trusted' ? undefined : this.decided.get(id);
    // A jump host's key counts for every server behind it, and is decided once.
    if (before?.round === this.round) return before.trusted;
    if (before?.trusted === true) this.print(this.notSeen());
    if (before !== undefined) return false;
    const verdict = verdictOn(shown, this.rules);
    if (verdict.kind === 'already') {
      this.print(`✓ ${shown.server}: ${keyWords(shown, this.language)}`);
      return shown.jump !== null;
    }
    const trusted = await this.isWanted(verdict, shown);
    this.decided.set(id, { trusted, round: this.round });
    if (trusted) await this.writeDown(shown);
    return trusted;
  }

  private async isWanted(verdict: Verdict, shown: ShownHostKey): Promise<boolean> {
    if (verdict.kind === 'refuse') {
      const refusal = this.say(trustRefusal(verdict.code, shown));
      this.print(`✗ ${shown.server}: ${refusal}`);
      return false;
    }
    if (verdict.kind !== 'ask') return true;
    const interrupted = { zh: '没有信任这把密钥', en: 'this key was not trusted' };
    const message = trustQuestion(shown, this.language);
    return askYesNo({ message, interrupted, initially: false }, this.say);
  }

  private async writeDown({ place, key }: ShownHostKey): Promise<void> {
    const day = new Date().toISOString().slice(0, 10);
    const comment = `trusted ${day} by ${localUser().replaceAll(/[^\w.@-]/gu, '_')}`;
    await writeTrustedKey(this.file(), { place, key, comment }, this.rules.replace);
  }

  private file(): string {
    const [file] = this.project.connections.ssh.knownHostsFiles;
    return file ?? 'known_hosts';
  }

  /** The worker may have a project folder of its own. */
  private notSeen(): string {
    const file = relative(this.project.folder, this.file());
    return this.say({
      zh: `! 已写入 ${file}，但 worker 没有读到：请把该文件复制到 worker 的项目文件夹`,
      en: `! written to ${file}, but the worker does not see it: copy the file to the worker's project folder`,
    });
  }

  private print(text: string): void {
    if (this.options.json === true) process.stderr.write(`${text}\n`);
    else print(text);
  }
}

export function askFor(
  client: RunsheetClient,
  project: ProjectFile,
  servers: readonly string[],
): Promise<readonly HostKeyAnswer[]> {
  return client.hostKeys({ taskQueue: project.taskQueue, servers });
}
