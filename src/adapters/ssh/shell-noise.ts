/** What a login's shell prints by itself, told to people. */
import type { Localized } from '../../diagnostics/language.ts';

const MOST_SHOWN = 80;

/** Once for each machine: what a shell prints may be another text each time. */
export function noiseTeller(
  tell: (text: Localized) => void,
): (machine: Localized, noise: string) => void {
  const told = new Set<string>();
  return (machine, noise) => {
    if (told.has(machine.en)) return;
    told.add(machine.en);
    const line = noise.trim().split('\n')[0]?.slice(0, MOST_SHOWN) ?? '';
    const shown = JSON.stringify(line);
    tell({
      zh: `${machine.zh} 在命令开始之前输出 ${shown}，已忽略。如果它来自 ~/.bashrc，请只在终端中输出：[ -t 1 ] && …`,
      en: `${machine.en} prints ${shown} before a command begins; it is ignored. Where ~/.bashrc prints it, let it do so in terminals only: [ -t 1 ] && …`,
    });
  };
}
