/** The same of the values of single sections: servers, image, container, load balancer. */
import type { Sentence } from './entry.ts';

export const SECTION_VALUES = {
  login: {
    message: {
      zh: '{where}：应为登录名，例如 deploy',
      en: '{where}: expected a login name such as deploy',
    },
  },
  hostKey: {
    message: {
      zh: '{where}：应为「类型 密钥」，如同 known_hosts 中的写法，例如 "ssh-ed25519 AAAA…"',
      en: '{where}: expected "type key" as in known_hosts, for example "ssh-ed25519 AAAA…"',
    },
  },
  server: {
    message: {
      zh: '{where}：应为服务器名，或带 name、host、user 等键的映射',
      en: '{where}: expected a server name, or a mapping with name, host, user and so on',
    },
  },
  servers: {
    message: { zh: '{where}：至少要有一台服务器', en: '{where}: expected at least one server' },
  },
  batchSize: {
    message: {
      zh: '{where}：应为台数或百分数，例如 1、25%',
      en: '{where}: expected a number of servers or a percentage, such as 1 or 25%',
    },
  },
  pause: {
    message: {
      zh: '{where}：应为时长，例如 30s、5m',
      en: '{where}: expected a duration such as 30s or 5m',
    },
  },
  minimumInPool: {
    message: {
      zh: '{where}：应为小于 100% 的百分数，例如 50%',
      en: '{where}: expected a percentage below 100%, such as 50%',
    },
  },
  dockerSocket: {
    message: {
      zh: '{where}：应为服务器上套接字的绝对路径，例如 /run/user/${uid}/docker.sock；${uid} 是登录用户的编号',
      en: '{where}: expected the absolute path of a socket on the server, such as /run/user/${uid}/docker.sock, where ${uid} is the id of the login',
    },
  },
  signal: {
    message: {
      zh: '{where}：应为信号的名称，例如 SIGQUIT',
      en: '{where}: expected the name of a signal such as SIGQUIT',
    },
  },
  repository: {
    message: {
      zh: '{where}：应为小写的仓库名',
      en: '{where}: expected a repository name in lower case',
    },
  },
  verifyWithoutImage: {
    message: {
      zh: '{where}：命令没有提到镜像，对任何镜像都会给出同样的答案',
      en: '{where}: the command does not name the image, so it says the same of every one',
    },
    remedy: {
      zh: '请写入 ${image}（带摘要的完整名称）或 ${digest}',
      en: 'put ${image} (the whole name with its digest) or ${digest} into it',
    },
  },
  verifyName: {
    message: {
      zh: '{where}：可用的占位符只有 ${image}、${digest}、${version}、${revision} 和 ${environment}',
      en: '{where}: it may hold ${image}, ${digest}, ${version}, ${revision} and ${environment} only',
    },
  },
  actionName: {
    message: {
      zh: '{where}：可用的占位符有 ${version}、${environment}、${service}；在 worker 上还有 ${revision}，在服务器上还有 ${server} 和 ${port}',
      en: '{where}: it may hold ${version}, ${environment} and ${service}; on the worker also ${revision}, on servers also ${server} and ${port}',
    },
    remedy: {
      zh: '若要写 shell 自己的变量，请写 $${HOME} 或 $HOME',
      en: 'for a variable of the shell write $${HOME} or $HOME',
    },
  },
  undoName: {
    message: {
      zh: '{where}：可用的占位符与 run 相同，另有 ${previous_version}',
      en: '{where}: it may hold the same names as run, and ${previous_version}',
    },
    remedy: {
      zh: '若要写 shell 自己的变量，请写 $${HOME} 或 $HOME',
      en: 'for a variable of the shell write $${HOME} or $HOME',
    },
  },
  undoCommand: {
    message: {
      zh: '{where}：应为命令（程序和参数的列表），或带 run 和 timeout 的对象',
      en: '{where}: expected a command (its program and arguments as a list), or an object with run and timeout',
    },
  },
  irreversible: {
    message: {
      zh: '{where}：应为 true，或一段说明原因的文本',
      en: '{where}: expected true, or a text that says why',
    },
  },
  irreversibleWithUndo: {
    message: {
      zh: '{where}：有 undo 的动作可以撤销，不能同时标为不可撤销',
      en: '{where}: an action with an undo can be taken back, so it is not irreversible',
    },
    remedy: {
      zh: '请删去其中之一',
      en: 'leave out one of the two',
    },
  },
  platform: {
    message: {
      zh: '{where}：应为平台，例如 linux/amd64',
      en: '{where}: expected a platform such as linux/amd64',
    },
  },
  registryUrlPath: {
    message: {
      zh: '{where}：应为不含路径的地址；{path} 属于镜像的名称',
      en: '{where}: expected an address without a path; {path} is part of the name of the image',
    },
    remedy: {
      zh: '请把它写进 image.repository，例如 {path}/app，地址只留下主机',
      en: 'put it into image.repository, for example {path}/app, and leave the host alone as the address',
    },
  },
  registryUrlRest: {
    message: {
      zh: '{where}：应只有主机，例如 https://registry.example.com',
      en: '{where}: expected the host alone, for example https://registry.example.com',
    },
  },
  registryUrlLogin: {
    message: {
      zh: '{where}：地址中不能有用户名和密码',
      en: '{where}: no user and no password may stand in the address',
    },
    remedy: {
      zh: '请写在 registry.username 和 registry.password（secret:// 引用）',
      en: 'write them as registry.username and registry.password (a secret:// reference)',
    },
  },
  pullHost: {
    message: {
      zh: '{where}：应为「主机」或「主机:端口」',
      en: '{where}: expected host or host:port',
    },
  },
  registryLogin: {
    message: {
      zh: '{where}：username 与 password 须一起填写',
      en: '{where}: username and password must be given together',
    },
  },
  processors: {
    message: {
      zh: '{where}：应为处理器数，例如 0.5',
      en: '{where}: expected a number of processors such as 0.5',
    },
  },
  port: {
    message: {
      zh: '{where}：应为端口，例如 8080、8080:80 或 127.0.0.1:8080:80/tcp',
      en: '{where}: expected a port such as 8080, 8080:80 or 127.0.0.1:8080:80/tcp',
    },
  },
  volume: {
    message: {
      zh: '{where}：应为卷，例如 /srv/app:/data:ro 或 data:/data',
      en: '{where}: expected a volume such as /srv/app:/data:ro or data:/data',
    },
  },
  volumeSource: {
    message: {
      zh: '{where}：相对路径在服务器上没有意义，请写绝对路径',
      en: '{where}: a relative path has no meaning on a server; write an absolute one',
    },
  },
  volumeTarget: {
    message: {
      zh: '{where}：容器内的路径须以 / 开头',
      en: '{where}: the path inside the container must begin with /',
    },
  },
  volumeOption: {
    message: {
      zh: '{where}：没有这个卷选项；常用 ro、rw、z',
      en: '{where}: unknown volume option; common ones are ro, rw and z',
    },
  },
  ownLabel: {
    message: {
      zh: '{where}：runsheet. 开头的标签由 Runsheet 保留',
      en: '{where}: labels that begin with runsheet. are reserved for Runsheet',
    },
  },
  extraHost: {
    message: { zh: '{where}：应为「主机名:地址」', en: '{where}: expected name:address' },
  },
  healthcheckKind: {
    message: {
      zh: '{where}：列表须以 CMD、CMD-SHELL 或 NONE 开头',
      en: '{where}: the list must begin with CMD, CMD-SHELL or NONE',
    },
  },
  healthcheckTest: {
    message: { zh: '{where}：缺少要执行的检查命令', en: '{where}: the command to run is missing' },
  },
  restart: {
    message: {
      zh: '{where}：应为 "no"、always、unless-stopped 或 on-failure',
      en: '{where}: expected "no", always, unless-stopped or on-failure',
    },
  },
  networks: {
    message: {
      zh: '{where}：networks 与 network_mode 只能写一个',
      en: '{where}: write either networks or network_mode, not both',
    },
  },
  haproxyName: {
    message: {
      zh: '{where}：HAProxy 的名称只能包含字母、数字和 - _ . :',
      en: '{where}: a HAProxy name may only contain letters, digits and - _ . :',
    },
  },
  backendName: {
    message: {
      zh: '{where}：backend 的名称只能包含字母、数字、- _ . : 和 ${environment}',
      en: '{where}: a backend name may only contain letters, digits, - _ . : and ${environment}',
    },
  },
  socket: {
    message: {
      zh: '{where}：应为套接字的绝对路径，或本机的 127.0.0.1:端口',
      en: '{where}: expected the absolute path of a socket, or 127.0.0.1:port on this machine',
    },
  },
  upstreamName: {
    message: {
      zh: '{where}：upstream 的名称只能包含字母、数字、- _ . : 和 ${environment}',
      en: '{where}: the name of an upstream may only contain letters, digits, - _ . : and ${environment}',
    },
  },
  upstreamFile: {
    message: {
      zh: '{where}：应为文件的绝对路径，不含空格',
      en: '{where}: expected the absolute path of a file, without spaces',
    },
  },
  upstreamServer: {
    message: {
      zh: '{where}：应为 server 行中的地址，例如 10.0.0.11:8080，或该行注释的第一个词',
      en: '{where}: expected the address of a server line, for example 10.0.0.11:8080, or the first word of its comment',
    },
  },
  kind: {
    message: { zh: '{where}：应为 {kinds} 之一', en: '{where}: expected one of {kinds}' },
  },
  keyOfOtherKind: {
    message: { zh: '{where}：kind 是 {kind}', en: '{where}: kind is {kind}' },
    remedy: {
      zh: '请写 kind: {kinds}，或删去 {key}',
      en: 'write kind: {kinds}, or remove {key}',
    },
  },
  s3Endpoint: {
    message: {
      zh: '{where}：应只写服务的地址，例如 https://s3.eu-central-1.amazonaws.com；存储桶写在 bucket，路径写在 prefix',
      en: '{where}: expected the address of the service alone, for example https://s3.eu-central-1.amazonaws.com; the bucket belongs to bucket, a path to prefix',
    },
  },
  s3Bucket: {
    message: {
      zh: '{where}：应为存储桶的名称：3 到 63 个小写字母、数字、点或连字符',
      en: '{where}: expected the name of a bucket: 3 to 63 lower-case letters, digits, dots or hyphens',
    },
  },
  s3Prefix: {
    message: {
      zh: '{where}：应为 a/b 形式，首尾没有斜杠',
      en: '{where}: expected a/b, without a slash at either end',
    },
  },
  balancerUrl: {
    message: {
      zh: '{where}：应为 http(s):// 地址，或每个环境一个地址',
      en: '{where}: expected an http(s):// address, or one per environment',
    },
  },
  mapFile: {
    message: {
      zh: '{where}：应为映射文件的绝对路径',
      en: '{where}: expected the absolute path of a map file',
    },
  },
} as const satisfies Readonly<Record<string, Sentence>>;
