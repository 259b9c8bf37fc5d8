/** What stands in the way of nginx as the load balancer, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

const RIGHTS = {
  zh: '请给登录用户该文件夹的写权限和运行 `nginx -t`、`nginx -s reload` 的权限（见 docs/zh/operations.md 的 nginx 一节）',
  en: 'give the login write access to the folder and the right to run `nginx -t` and `nginx -s reload` (see nginx in docs/operations.md)',
} as const;

export const NGINX = {
  UNAVAILABLE: {
    nginxNotReloaded: {
      message: {
        zh: '{nginx} 在 {seconds} 秒内没有完成重新加载，仍按原来的配置运行；{file} 已更改并通过了 `nginx -t`',
        en: '{nginx} did not take the reload within {seconds} s and goes on as before; {file} is changed and has passed `nginx -t`',
      },
      remedy: {
        zh: '请在它的错误日志中查找 [emerg]，例如被占用的端口；修复后重试会再次加载',
        en: 'look for [emerg] in its error log, for example a port in use; the next attempt reloads it again',
      },
    },
    nginxLocked: {
      message: {
        zh: '{nginx}：{seconds} 秒内没有等到 .runsheet.lock，另一次更改还没有结束',
        en: '{nginx}: .runsheet.lock was not free within {seconds} s, as another change has not ended',
      },
      remedy: {
        zh: '请查看那台机器上仍在运行的 `nginx -t` 或 `nginx -s reload`',
        en: 'look for a `nginx -t` or `nginx -s reload` that still runs on that machine',
      },
    },
    nginxCut: {
      message: { zh: '{nginx}：{reason}', en: '{nginx}: {reason}' },
      remedy: {
        zh: '请检查那台机器；更改会从文件的实际内容继续',
        en: 'look at that machine; a change goes on from what the file really holds',
      },
    },
  },
  UNREACHABLE: {
    nginxNotRunning: {
      message: {
        zh: '{nginx} 没有运行：{pidFile} 没有指向 nginx 的主进程',
        en: '{nginx} does not run: {pidFile} names no master process of nginx',
      },
      remedy: {
        zh: '请启动 nginx，或在 balancer.nginx 的 pid_file 写出 nginx.conf 的 `pid`',
        en: 'start nginx, or give the `pid` of nginx.conf as pid_file under balancer.nginx',
      },
    },
  },
  NOT_FOUND: {
    nginxNoPool: {
      message: {
        zh: '{nginx} 没有负载均衡池 {pool}（有：{known}）',
        en: '{nginx} has no pool {pool} (it has {known})',
      },
      remedy: {
        zh: '请核对 runsheet.yaml 的 balancer.pool 和 balancer.nginx',
        en: 'compare balancer.pool with balancer.nginx in runsheet.yaml',
      },
    },
    nginxNoFile: {
      message: { zh: '{nginx}：没有文件 {file}', en: '{nginx}: there is no file {file}' },
      remedy: {
        zh: '请创建它并在 nginx.conf 的 http 中 include，或改正 balancer.nginx 的 upstream_file',
        en: 'create it and include it in the http block of nginx.conf, or correct upstream_file under balancer.nginx',
      },
    },
    nginxNoUpstream: {
      message: {
        zh: '{nginx} 的 {file} 中没有 upstream {upstream}（有：{known}）',
        en: '{file} of {nginx} has no upstream {upstream} (it has {known})',
      },
      remedy: {
        zh: '请在 balancer.nginx 的 upstream 写出它的名称，或核对 balancer.pool',
        en: 'give its name as upstream under balancer.nginx, or correct balancer.pool',
      },
    },
    nginxNoServer: {
      message: {
        zh: '{nginx} 的 {file} 中，upstream {upstream} 没有服务器 {server}（有：{known}）',
        en: 'The upstream {upstream} in {file} of {nginx} has no server {server} (it has {known})',
      },
      remedy: {
        zh: '请加入它，在它的行尾写上 `# {server}`，或在 balancer.names 写出它在那里的地址',
        en: 'add it, write `# {server}` behind its line, or give its address there under balancer.names',
      },
    },
  },
  REFUSED: {
    nginxDenied: {
      message: {
        zh: '{nginx}：登录用户不能读写 {path}',
        en: '{nginx}: the login may not read and write {path}',
      },
      remedy: RIGHTS,
    },
    nginxNotTold: {
      message: {
        zh: '{nginx}：`{command} -s reload` 失败，文件已恢复原样：{said}',
        en: '{nginx}: `{command} -s reload` failed, and the file is as it was: {said}',
      },
      remedy: RIGHTS,
    },
  },
  CONFLICT: {
    nginxAmbiguous: {
      message: {
        zh: '{nginx} 的 {file} 第 {lines} 行无法分清是哪台服务器：{servers}',
        en: '{file} of {nginx} does not tell {servers} apart: lines {lines}',
      },
      remedy: {
        zh: '请在每一行的行尾写上 `# 服务器名`，或在 balancer.names 写出各自的地址',
        en: 'write `# NAME` behind each line, or give each address under balancer.names',
      },
    },
    nginxNotLoaded: {
      message: {
        zh: '{nginx} 还没有加载 {file} 最近一次的更改',
        en: '{nginx} has not loaded {file} since it was changed',
      },
      remedy: {
        zh: '请核对这个文件，然后运行 `nginx -t` 和 `nginx -s reload`',
        en: 'look at the file, then run `nginx -t` and `nginx -s reload`',
      },
    },
    nginxChanges: {
      message: {
        zh: '{nginx}：{file} 在每次写入之前都被别的程序更改了',
        en: '{nginx}: another program changed {file} each time before it was written',
      },
      remedy: {
        zh: '请让配置管理工具在发布期间不要改写它',
        en: 'keep configuration management from rewriting it during a deployment',
      },
    },
  },
  INVALID: {
    nginxTestFailed: {
      message: {
        zh: '{nginx} 的 `nginx -t` 不通过，{file} 保持原样：{said}',
        en: '`nginx -t` fails for {nginx}, and {file} is as it was: {said}',
      },
      remedy: {
        zh: '请在那台机器上修复配置；若说的是权限，请在 balancer.nginx 写 command: [sudo, -n, /usr/sbin/nginx]',
        en: 'mend the configuration there; where it speaks of permissions, give command: [sudo, -n, /usr/sbin/nginx] under balancer.nginx',
      },
    },
    nginxBadFile: {
      message: {
        zh: '{nginx}：{file} 第 {line} 行不是 nginx 的语法',
        en: '{nginx}: line {line} of {file} is not the syntax of nginx',
      },
      remedy: {
        zh: '请运行 `nginx -t` 查看并修复',
        en: 'run `nginx -t` to see what is wrong, and mend it',
      },
    },
    nginxBlock: {
      message: {
        zh: '{nginx}：{file} 第 {line} 行的 upstream 中还有一个块，谁收到请求由它决定',
        en: '{nginx}: the upstream in line {line} of {file} holds a block, which decides who gets requests',
      },
      remedy: {
        zh: '请让 upstream 只含 server 等指令',
        en: 'let the upstream hold directives such as server only',
      },
    },
    nginxTooLarge: {
      message: { zh: '{nginx}：{file} 超过 64 KiB', en: '{nginx}: {file} is larger than 64 KiB' },
      remedy: {
        zh: '请把这个项目的 upstream 放进单独的文件',
        en: "put the project's upstream into a file of its own",
      },
    },
    nginxNoProgram: {
      message: {
        zh: '{nginx}：那台机器上没有程序 {program}',
        en: '{nginx}: the machine has no program {program}',
      },
      remedy: {
        zh: '请安装 util-linux 和 coreutils',
        en: 'install util-linux and coreutils',
      },
    },
    nginxNoRoutes: {
      message: {
        zh: 'nginx 的路由写在它自己的 location 中，不由 Runsheet 设置',
        en: 'Routes of nginx are its own locations, which Runsheet does not set',
      },
      remedy: {
        zh: '请从 runsheet.yaml 删去 balancer.routes',
        en: 'remove balancer.routes from runsheet.yaml',
      },
    },
    nginxNoUrl: {
      message: {
        zh: 'balancer.url 没有说明池 {pool} 的地址',
        en: 'balancer.url says nothing of the pool {pool}',
      },
      remedy: {
        zh: '请写出通过这个池的请求所发往的地址',
        en: 'give the address that requests through this pool are sent to',
      },
    },
  },
} as const satisfies ByKind;
