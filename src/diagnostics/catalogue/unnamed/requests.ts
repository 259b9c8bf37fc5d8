/** What a request to a service, or its connection, came to. */
import type { ByKind } from '../entry.ts';

const LISTENS = {
  zh: '请检查服务是否在运行，并在这个地址监听',
  en: 'check that the service runs and listens at this address',
} as const;

export const REQUESTS = {
  UNAVAILABLE: {
    requestLate: {
      message: {
        zh: '{url} 在 {ms} ms 内没有应答',
        en: '{url} gave no answer within {ms} ms',
      },
      remedy: {
        zh: '请查看服务在做什么，或给它更长的时间',
        en: 'look at what the service is doing, or allow it longer',
      },
    },
    requestBroke: {
      message: { zh: '{url} 中断了应答：{reason}', en: '{url} broke off: {reason}' },
      remedy: { zh: '请查看服务的输出', en: 'look at the output of the service' },
    },
    requestClosed: {
      message: {
        zh: '{url} 没有应答完就关闭了连接',
        en: '{url} closed the connection before its answer was complete',
      },
      remedy: {
        zh: '请查看服务的输出；如果该端口使用 HTTPS，请设置 health.scheme: https',
        en: 'look at the output of the service; if the port speaks HTTPS, set health.scheme: https',
      },
    },
  },
  UNREACHABLE: {
    connectLate: {
      message: {
        zh: '{place} 在 {ms} ms 内没有接受连接',
        en: '{place} does not accept a connection within {ms} ms',
      },
      remedy: LISTENS,
    },
    connectRefused: {
      message: {
        zh: '{place} 不接受连接：{reason}',
        en: '{place} does not accept connections: {reason}',
      },
      remedy: LISTENS,
    },
    requestNotReached: {
      message: { zh: '连不到 {url}：{reason}', en: '{url} cannot be reached: {reason}' },
      remedy: LISTENS,
    },
  },
  REFUSED: {
    requestCertificate: {
      message: {
        zh: '{url} 的证书不可信（应属于 {name}）：{reason}',
        en: 'The certificate of {url} is not trusted (it should be of {name}): {reason}',
      },
      remedy: {
        zh: '请把 health.host 设为证书中的名称，或把签发者的证书写在 health.tls.ca',
        en: 'set health.host to the name in the certificate, or health.tls.ca to the certificate of who issued it',
      },
    },
    requestNoTls: {
      message: { zh: '{url} 不使用 HTTPS：{reason}', en: '{url} does not speak HTTPS: {reason}' },
      remedy: {
        zh: '请检查端口，或删除 health.scheme: https',
        en: 'check the port, or leave health.scheme: https out',
      },
    },
    requestNoHttp: {
      message: {
        zh: '{url} 的应答不是 HTTP',
        en: '{url} did not answer in HTTP',
      },
      remedy: {
        zh: '如果该端口使用 HTTPS，请设置 health.scheme: https',
        en: 'if the port speaks HTTPS, set health.scheme: https',
      },
    },
  },
  INVALID: {
    requestMethod: {
      message: { zh: '不认识的 HTTP 方法 {method}', en: 'The HTTP method {method} is not known' },
      remedy: { zh: '请使用 {methods} 之一', en: 'use one of {methods}' },
    },
    requestAddress: {
      message: { zh: '{url} 不是 http 地址', en: '{url} is not an http address' },
      remedy: { zh: '请写成 http://host:port/path', en: 'write it as http://host:port/path' },
    },
    proxyAddress: {
      message: {
        zh: '环境变量 {variable} 不是代理的地址',
        en: 'The variable {variable} is not the address of a proxy',
      },
      remedy: {
        zh: '请写成 http://proxy.example.com:3128；不支持 SOCKS',
        en: 'write it as http://proxy.example.com:3128; SOCKS is not supported',
      },
    },
    requestHeader: {
      message: {
        zh: '请求头 {header} 的值不能发送：它含有换行或其他控制字符',
        en: 'The value of the header {header} cannot be sent: it holds a line end or another control character',
      },
      remedy: {
        zh: '请检查 health.headers，以及它引用的密钥',
        en: 'check health.headers and the secret that it refers to',
      },
    },
    requestAuthority: {
      message: {
        zh: '读不到证书文件 {file}：{reason}',
        en: 'The certificate file {file} cannot be read: {reason}',
      },
      remedy: {
        zh: '请把 health.tls.ca 设为项目文件夹中的 PEM 文件',
        en: 'set health.tls.ca to a PEM file in the project folder',
      },
    },
  },
} as const satisfies ByKind;
