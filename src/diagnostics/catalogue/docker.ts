/** What the machines of servers and of the worker lack, or hold against a service. */
import type { Entries } from './entry.ts';

const ROOM = {
  zh: '请在 worker 所在的机器上腾出空间（docker system df）',
  en: 'make room there (docker system df)',
} as const;

const START = {
  zh: '请在 worker 所在的机器上启动 Docker，或用 DOCKER_HOST 指向别处的 Docker Engine',
  en: "start Docker on the worker's machine, or set DOCKER_HOST to an engine elsewhere",
} as const;

export const DOCKER = {
  NO_DOCKER: {
    meaning: {
      zh: '服务器上没有 Docker Engine。',
      en: 'A server has no Docker Engine.',
    },
    messages: {
      server: {
        message: {
          zh: '{server} 上没有 Docker Engine（{path} 不存在）',
          en: '{server} has no Docker Engine (there is no {path})',
        },
        remedy: {
          zh: '请在 {server} 上安装 Docker；如果 Docker 或 Podman 的套接字在别处，请为该服务器设置 docker_socket；或把 runsheet.yaml 的 image.kind 设为 process',
          en: 'install Docker on {server}; where the socket of its Docker or Podman is elsewhere, set docker_socket of that server; or set image.kind to process in runsheet.yaml',
        },
      },
      elsewhere: {
        message: {
          zh: '{server} 上没有 {path}，但有 {found}',
          en: '{server} has no {path}; it has {found}',
        },
        remedy: {
          zh: '请在 runsheet.yaml 中为 {server} 设置 docker_socket: {found}',
          en: 'set docker_socket: {found} of {server} in runsheet.yaml',
        },
      },
    },
  },
  DOCKER_DENIED: {
    meaning: {
      zh: '登录服务器的用户或 worker 的用户无权使用 Docker Engine。',
      en: 'The login of a server, or the user of the worker, may not use the Docker Engine.',
    },
    messages: {
      server: {
        message: {
          zh: '{server} 上的 {user} 无权使用 {path}',
          en: '{user} may not use {path} on {server}',
        },
        remedy: {
          zh: '请在那里把 {user} 加入 docker 组（usermod -aG docker {user}），或为 {server} 设置 sudo: true',
          en: 'add {user} to the group docker there (usermod -aG docker {user}), or set sudo: true for {server}',
        },
      },
      elsewhere: {
        message: {
          zh: '{server} 上的 {user} 无权使用 {path}，但可以使用 {found}',
          en: '{user} may not use {path} on {server}, and may use {found}',
        },
        remedy: {
          zh: '请在 runsheet.yaml 中为 {server} 设置 docker_socket: {found}',
          en: 'set docker_socket: {found} of {server} in runsheet.yaml',
        },
      },
      worker: {
        message: {
          zh: 'worker 的用户无权使用所在机器的 Docker Engine',
          en: "the worker's user may not use the Docker Engine of its machine",
        },
        remedy: {
          zh: '请把该用户加入 docker 组，或让 DOCKER_HOST 指向它可以使用的 Docker Engine',
          en: 'add that user to the group docker, or point DOCKER_HOST to an engine that it may use',
        },
      },
    },
  },
  DOCKER_STOPPED: {
    meaning: {
      zh: 'Docker 已安装，但 Docker Engine 没有应答。',
      en: 'Docker is installed, and its engine does not answer.',
    },
    messages: {
      server: {
        message: {
          zh: '{server} 的 Docker Engine 在 {path} 没有应答',
          en: 'the Docker Engine of {server} does not answer at {path}',
        },
        remedy: {
          zh: '请在那里启动它（systemctl start docker），并查明它为什么停止（journalctl -u docker）',
          en: 'start it there (systemctl start docker) and look why it stopped (journalctl -u docker)',
        },
      },
      build: {
        message: {
          zh: '没有 Docker Engine 应答 worker，因此不能构建',
          en: 'no Docker Engine answers the worker, so that nothing can be built',
        },
        remedy: START,
      },
      push: {
        message: {
          zh: '没有 Docker Engine 应答 worker，因此不能推送',
          en: 'no Docker Engine answers the worker, so that nothing can be pushed',
        },
        remedy: START,
      },
    },
  },
  DISK_FULL: {
    meaning: {
      zh: '服务器或 worker 所在机器的磁盘已满。',
      en: 'The disk of a server, or of the machine of the worker, is full.',
    },
    messages: {
      server: {
        message: {
          zh: '{server} 的磁盘已满，无法{what}：{said}',
          en: '{server} has no space left to {what}: {said}',
        },
        remedy: {
          zh: '请在 {server} 上腾出空间（docker system df 显示 Docker 的占用），然后重新发布',
          en: 'make room on {server} (docker system df shows what Docker uses), then run again',
        },
      },
      build: {
        message: {
          zh: 'worker 所在机器的磁盘已满，无法构建：{said}',
          en: "the worker's machine has no space left to build: {said}",
        },
        remedy: ROOM,
      },
      push: {
        message: {
          zh: 'worker 所在机器的磁盘已满，无法推送：{said}',
          en: "the worker's machine has no space left to push: {said}",
        },
        remedy: ROOM,
      },
    },
  },
  PORT_TAKEN: {
    meaning: {
      zh: '服务器上服务的端口被别的程序占用。',
      en: "Another program holds a service's port on a server.",
    },
    messages: {
      held: {
        message: {
          zh: '{server} 的端口 {port} 被{holder}占用，因此 {container} 无法启动',
          en: 'port {port} of {server} is held by {holder}, so that {container} cannot start',
        },
        remedy: {
          zh: '请停止它，或给服务另一个端口（runtime.port、container.ports）',
          en: 'stop it, or give the service another port (runtime.port, container.ports)',
        },
      },
    },
  },
  NETWORK_MISSING: {
    meaning: {
      zh: '服务器上没有 container.networks 中的 Docker 网络。',
      en: 'A server has no Docker network that container.networks names.',
    },
    messages: {
      network: {
        message: {
          zh: '{server} 上没有 container.networks 中的 Docker 网络 {network}',
          en: '{server} has no Docker network {network}, which container.networks names',
        },
        remedy: {
          zh: '请在那里创建它（docker network create {network}），或改正 container.networks',
          en: 'create it there (docker network create {network}), or correct container.networks',
        },
      },
    },
  },
  BASE_FOLDER: {
    meaning: {
      zh: '服务器上的基础文件夹不可写。',
      en: "The login may not write below a server's base folder.",
    },
    messages: {
      denied: {
        message: {
          zh: '{server} 上的 {folder} 之下不可写：{said}',
          en: 'nothing can be written below {folder} on {server}: {said}',
        },
        remedy: {
          zh: '请让登录的用户拥有该文件夹（install -d -o USER {folder}），或设置 {server} 的 base_folder',
          en: 'give the login that folder (install -d -o USER {folder}), or set base_folder of {server}',
        },
      },
    },
  },
} as const satisfies Entries;
