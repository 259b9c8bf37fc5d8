/** One server of the lab from the machine's side: what happens to servers happens here. */
import { docker, type Machine, machine } from './machine.ts';
import { run, until } from './shell.ts';

const NETWORK = 'rslab';
const START_LIMIT_MS = 30_000;
/** Everything of services and of Runsheet off a server, its images included. */
const RESET = `
rm -f /etc/lab-no-engine /usr/local/bin/date
[ -x /usr/sbin/dockerd ] || mv /usr/sbin/dockerd.away /usr/sbin/dockerd
[ -S /run/docker.sock ] || pkill -x dockerd || :
pkill -f '^lab-' || :
iptables -F lab-cut 2>/dev/null && iptables -D INPUT -j lab-cut && iptables -X lab-cut || :
rm -rf /var/lib/docker/ballast /var/lib/runsheet /home/deploy/.runsheet /srv/*
timeout 30 sh -c 'until docker info >/dev/null 2>&1; do sleep 0.1; done'
ids=$(docker ps -aq); [ -z "$ids" ] || docker rm -fv $ids >/dev/null
docker image prune -af >/dev/null; docker volume prune -f >/dev/null; docker network prune -f >/dev/null
`;

export class LabServer {
  readonly name: string;
  readonly address: string;
  readonly hostKey: string;
  readonly container: string;

  constructor({ name, address, hostKey }: Machine['servers'][number]) {
    this.name = name;
    this.address = address;
    this.hostKey = hostKey;
    this.container = `rslab-${name}`;
  }

  /** A shell script as root, past the network. @returns what it printed */
  shell(script: string, limitMs?: number): Promise<string> {
    return run(['docker', 'exec', '-i', this.container, 'sh', '-e'], {
      input: script,
      env: { DOCKER_HOST: machine().dockerHost },
      ...(limitMs !== undefined && { limitMs }),
    });
  }

  /** A simple shell command that goes on by itself, named `lab-…` so that `reset` ends it. */
  async background(name: string, command: string): Promise<void> {
    await docker('exec', '-d', this.container, 'bash', '-c', `exec -a lab-${name} ${command}`);
  }

  /** Every process of it stands still, as a machine does that hangs. */
  async freeze(): Promise<void> {
    await docker('pause', this.container);
  }

  async thaw(): Promise<void> {
    await docker('unpause', this.container);
  }

  /** All processes end at once. */
  async cutPower(): Promise<void> {
    await docker('kill', this.container);
  }

  async powerOn(): Promise<void> {
    await docker('start', this.container);
    await this.untilEngineAnswers();
  }

  /** Off the network, everything on it goes on. */
  async disconnect(): Promise<void> {
    await docker('network', 'disconnect', '-f', NETWORK, this.container);
  }

  async reconnect(): Promise<void> {
    await docker('network', 'connect', '--ip', this.address, NETWORK, this.container);
  }

  async untilEngineAnswers(): Promise<void> {
    const answers = (): Promise<boolean> =>
      this.shell('docker info >/dev/null').then(
        () => true,
        () => false,
      );
    await until(`the engine of ${this.name} answers`, answers, START_LIMIT_MS);
  }

  /** Whatever a test has left: it runs, is on the network, and has nothing of a service on it. */
  async reset(): Promise<void> {
    const format = '{{.State.Paused}} {{.State.Running}} {{len .NetworkSettings.Networks}}';
    const [paused, running, networks] = (await docker('inspect', '-f', format, this.container))
      .trim()
      .split(' ');
    if (paused === 'true') await this.thaw();
    if (networks === '0') await this.reconnect();
    if (running !== 'true') await this.powerOn();
    await this.shell(RESET);
  }
}
