/** Messages and records, where the kind of failure is the code. */
import type { ByKind } from '../entry.ts';

const MAIL_NOT_TAKEN = {
  zh: '邮件服务器 {place} 没有接受这封邮件（{reason}）',
  en: 'The mail server {place} did not take the message ({reason})',
} as const;

const MAIL_SETTINGS = {
  zh: '请检查 runsheet.yaml 的 channels.email，以及 worker 能否连到该服务器',
  en: 'check channels.email in runsheet.yaml and that the worker reaches the server',
} as const;

const MAIL_IN_CLEAR = {
  zh: '邮件服务器 {place} 不提供加密（STARTTLS）；密码没有发送',
  en: 'The mail server {place} offers no encryption (STARTTLS); the password was not sent',
} as const;

const MAIL_CERTIFICATE = {
  zh: '如果服务器使用自己的证书，请为 worker 设置 NODE_EXTRA_CA_CERTS；否则请检查 runsheet.yaml 的 channels.email',
  en: 'for a certificate of your own, set NODE_EXTRA_CA_CERTS for the worker; else check channels.email in runsheet.yaml',
} as const;

const SLACK_REFUSED = {
  zh: 'Slack 拒绝了发往 {channel} 的消息（{reason}）',
  en: 'Slack refused the message to {channel} ({reason})',
} as const;

const SLACK_SETTINGS = {
  zh: '请检查 runsheet.yaml 的 channels.slack：令牌，以及机器人是否在该频道中',
  en: 'check channels.slack in runsheet.yaml: the token, and that the bot is in the channel',
} as const;

const WEBHOOK_ANSWER = {
  zh: '{place} 的 webhook 应答 {status}，应为 2xx',
  en: 'The webhook at {place} answered {status}, expected 2xx',
} as const;

const WEBHOOK_SETTINGS = {
  zh: '请检查 runsheet.yaml 中的地址和签名密钥',
  en: 'check the address and the signing key in runsheet.yaml',
} as const;

export const CHANNELS = {
  UNAVAILABLE: {
    slackNotNow: { message: SLACK_REFUSED, remedy: SLACK_SETTINGS },
    webhookNotNow: { message: WEBHOOK_ANSWER, remedy: WEBHOOK_SETTINGS },
    recordSilent: {
      message: {
        zh: '部署记录数据库 {place} 没有应答：{reason}',
        en: 'The record store {place} does not answer: {reason}',
      },
      remedy: {
        zh: '请启动它（`runsheet dev` 自带一个），或检查它的 URL',
        en: 'start it (`runsheet dev` brings its own), or check its URL',
      },
    },
  },
  UNREACHABLE: {
    mailNotTaken: { message: MAIL_NOT_TAKEN, remedy: MAIL_SETTINGS },
    slackSilent: {
      message: {
        zh: 'Slack 没有应答发往 {channel} 的消息（{reason}）',
        en: 'Slack did not answer for {channel} ({reason})',
      },
      remedy: {
        zh: '请检查 worker 能否连到 Slack，然后重试',
        en: 'check that the worker reaches Slack, and try again',
      },
    },
    webhookSilent: {
      message: {
        zh: '{place} 的 webhook 没有应答（{reason}）',
        en: 'The webhook at {place} did not answer ({reason})',
      },
      remedy: {
        zh: '请检查它是否在运行，以及 worker 能否连到它',
        en: 'check that it is running and reachable from the worker',
      },
    },
  },
  REFUSED: {
    mailRefused: { message: MAIL_NOT_TAKEN, remedy: MAIL_SETTINGS },
    mailNotTrusted: { message: MAIL_NOT_TAKEN, remedy: MAIL_CERTIFICATE },
    mailInClear: {
      message: MAIL_IN_CLEAR,
      remedy: {
        zh: '请使用 smtps:// 地址，或让该服务器提供 STARTTLS',
        en: 'use an smtps:// address, or let the server offer STARTTLS',
      },
    },
    slackRefused: { message: SLACK_REFUSED, remedy: SLACK_SETTINGS },
    webhookRefused: { message: WEBHOOK_ANSWER, remedy: WEBHOOK_SETTINGS },
    recordLogin: {
      message: {
        zh: '部署记录数据库 {place} 拒绝登录：{reason}',
        en: 'The record store {place} refused the login: {reason}',
      },
      remedy: {
        zh: '请检查它的 URL 中的用户和密码',
        en: 'check the user and password of its URL',
      },
    },
  },
  NOT_FOUND: {
    slackNoChannel: { message: SLACK_REFUSED, remedy: SLACK_SETTINGS },
  },
  INVALID: {
    mailNobody: {
      message: {
        zh: '没有收件人：担任该角色的人都没有地址，channels.email.to 也是空的',
        en: 'Nobody to send the mail to: no person with that role has an address, and channels.email.to is empty',
      },
      remedy: {
        zh: '请在 runsheet.yaml 的 people 中加上 email:，或设置 channels.email.to',
        en: 'add email: to people in runsheet.yaml, or channels.email.to',
      },
    },
    webhookAddress: {
      message: {
        zh: 'webhook 的地址不是 http 或 https 地址',
        en: 'The webhook address is not an http or https address',
      },
      remedy: {
        zh: '请设置 runsheet.yaml 的 channels.webhook.url',
        en: 'set channels.webhook.url in runsheet.yaml',
      },
    },
    recordRefused: {
      message: {
        zh: '部署记录数据库 {place} 拒绝了这条记录：{reason}',
        en: 'The record store {place} refused the record: {reason}',
      },
      remedy: { zh: '请查看报告中的值', en: 'look at the values in the report' },
    },
  },
} as const satisfies ByKind;
