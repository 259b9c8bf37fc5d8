/** What a login's shell prints by itself, told to people. */

const MOST_SHOWN = 80;

/** Once for each machine: what a shell prints may be another text each time. */
export function noiseTeller(
  tell: (text: string) => void,
): (machine: string, noise: string) => void {
  const told = new Set<string>();
  return (machine, noise) => {
    if (told.has(machine)) return;
    told.add(machine);
    const line = noise.trim().split('\n')[0]?.slice(0, MOST_SHOWN) ?? '';
    tell(
      `${machine} prints ${JSON.stringify(line)} before a command begins; it is ignored. ` +
        'Where ~/.bashrc prints it, let it do so in terminals only: [ -t 1 ] && …',
    );
  };
}
