/** One `hosts trust`: asks the worker, then the person, and writes down what is trusted. */
import { relative } from 'node:path';
import { confirm, isCancel } from '@clack/prompts';
import type { RunsheetClient } from '../client.ts';
import { writeTrustedKey } from '../config/known-hosts-file.ts';
import type { ProjectFile } from '../config/project-file.ts';
import type { Language } from '../diagnostics/diagnostic.ts';
import type { HostKeyAnswer } from '../workflows/beginning/plan-probe.ts';
import { type CommonOptions, languageOf, print } from './context.ts';
import { type ShownHostKey, type TrustRules, type Verdict, verdictOn } from './host-keys.ts';
import { localUser } from './request.ts';
import { hostKeyLine, keyWords, trustQuestion, trustRefusal } from './view/host-keys.ts';

/** A way of at most eight jump hosts, then the server itself, then the look whether the worker sees it. */
const MOST_ROUNDS = 10;

/** Goes on until every server is trusted or refused: behind a jump host there is one more to be seen. */
export class TrustSession {
  private readonly project: ProjectFile;
  private readonly rules: TrustRules;
  private readonly options: CommonOptions;
  private readonly language: Language;
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
        if ('problem' in answer) this.say(hostKeyLine(answer, this.language));
        else if (await this.decide(answer.shown)) changed.push(answer.server);
      }
      left = changed;
    }
  }

  /** @returns whether the worker has to be asked again */
  private async decide(shown: ShownHostKey): Promise<boolean> {
    const id = `${shown.place} ${shown.key}`;
    const before = shown.state === 'trusted' ? undefined : this.decided.get(id);
    // A jump host's key stands for every server behind it, and is decided once.
    if (before?.round === this.round) return before.trusted;
    if (before?.trusted === true) this.say(this.notSeen());
    if (before !== undefined) return false;
    const verdict = verdictOn(shown, this.rules);
    if (verdict.kind === 'already') {
      this.say(`✓ ${shown.server}: ${keyWords(shown, this.language)}`);
      return shown.jump !== null;
    }
    const trusted = await this.isWanted(verdict, shown);
    this.decided.set(id, { trusted, round: this.round });
    if (trusted) await this.writeDown(shown);
    return trusted;
  }

  private async isWanted(verdict: Verdict, shown: ShownHostKey): Promise<boolean> {
    if (verdict.kind === 'refuse') {
      this.say(`✗ ${shown.server}: ${trustRefusal(verdict.code, shown)[this.language]}`);
      return false;
    }
    if (verdict.kind !== 'ask') return true;
    const message = trustQuestion(shown, this.language);
    const answer = await confirm({ message, initialValue: false });
    return !isCancel(answer) && answer;
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
    return this.language === 'zh'
      ? `! 已写入 ${file}，但 worker 看不到：请把它放到 worker 的项目文件夹`
      : `! written to ${file}, and the worker does not see it: bring the file to the worker's project folder`;
  }

  private say(text: string): void {
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
