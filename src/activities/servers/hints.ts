/** What an answer shows of what its request lacked: the name of the service, HTTPS, or who asks. */
import { type Localized, oneLine } from '../../diagnostics/language.ts';
import type { Answered } from './answer.ts';

const LONGEST_QUOTE = 80;

/** null: the status says enough. */
export function hintOn(answer: Answered): Localized | null {
  const found = adviceOn(answer);
  if (found === null) return null;
  const { method, url, host } = answer.sent;
  const { pathname, search, host: address } = new URL(url);
  const sent = `${method} ${pathname}${search}, Host: ${host ?? address}`;
  const location = answer.headers['location'];
  const told = location === undefined ? firstLine(answer.body) : `Location: ${oneLine(location)}`;
  const shown = told.slice(0, LONGEST_QUOTE);
  return {
    zh: `发送：${sent}；应答：${shown === '' ? '空' : `「${shown}」`}；${found.zh}`,
    en: `sent: ${sent}; answered: ${shown === '' ? 'nothing' : `"${shown}"`}; ${found.en}`,
  };
}

function adviceOn({ status, body, headers, sent }: Answered): Localized | null {
  const { location } = headers;
  if (status >= 300 && status < 400 && location !== undefined)
    return redirected(sent.url, location);
  if (status === 401) return CREDENTIALS;
  if (status === 400 && /https/iu.test(body) && sent.url.startsWith('http:')) return SPEAKS_HTTPS;
  if (status !== 400 && status !== 403 && status !== 421) return null;
  if (sent.host !== null) return status === 421 || namesHost(body) ? otherHost(sent.host) : null;
  if (status === 403 && !namesHost(body)) return NAME_OR_CREDENTIALS;
  return NAME;
}

function namesHost(body: string): boolean {
  return /\bhosts?\b|HTTP_HOST|hostname/iu.test(body);
}

const NAME: Localized = {
  zh: '如果该服务只为自己的域名应答，请把域名写在 health.host',
  en: 'if the service answers only under its own name, set health.host to it',
};
const NAME_OR_CREDENTIALS: Localized = {
  zh: '如果该服务只为自己的域名应答，请设置 health.host；如果它要求凭据，请设置 health.headers',
  en: 'if the service answers only under its own name, set health.host; if it wants credentials, set health.headers',
};
const CREDENTIALS: Localized = {
  zh: '该路径要求凭据：请设置 health.headers',
  en: 'this path wants credentials: set health.headers',
};
const SPEAKS_HTTPS: Localized = {
  zh: '该端口使用 HTTPS：请设置 health.scheme: https',
  en: 'this port speaks HTTPS: set health.scheme: https',
};

function otherHost(host: string): Localized {
  return {
    zh: `该服务不为 ${host} 应答：请检查 health.host`,
    en: `the service does not answer for ${host}: check health.host`,
  };
}

/** A redirect is not followed: it leads to the balancer or to another server as often as not. */
function redirected(from: string, location: string): Localized {
  const isToHttps =
    from.startsWith('http:') && URL.canParse(location, from)
      ? new URL(location, from).protocol === 'https:'
      : false;
  if (isToHttps) {
    return {
      zh: '不跟随重定向：如果服务自己提供 HTTPS，请设置 health.scheme: https；如果由负载均衡提供，请设置 health.headers 的 X-Forwarded-Proto: https',
      en: 'redirects are not followed: if the service itself speaks HTTPS, set health.scheme: https; if the load balancer does that for it, set X-Forwarded-Proto: https in health.headers',
    };
  }
  return {
    zh: '不跟随重定向：请写直接应答的路径，或把期望的状态写在 status',
    en: 'redirects are not followed: set a path that answers by itself, or the status that is expected',
  };
}

/** The first line that a person would read; of a page, without its markup. */
function firstLine(body: string): string {
  const lines = body
    .replace(/<[^<>]*>/gu, '\n')
    .split('\n')
    .map(oneLine);
  return lines.find((line) => line !== '') ?? '';
}
