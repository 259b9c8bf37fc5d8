/** Run sheets as they are behind nginx: without what only a balancer's counters can tell. */

/** The action, its criteria and the rule that rest on it. */
const COUNTED =
  /^- (?:验证流量分发|所有服务器接收流量正常|负载分布均匀|✅ 服务正常接收流量)$|^- (?:Verify how traffic is distributed|All servers receive traffic normally|The load is evenly distributed|✅ The service receives traffic normally)$/u;
const HEADING = /^\*\*(?:成功条件|Success conditions)\*\*: *$/u;

export function withoutCounters(template: string): string {
  const lines = template.split('\n').filter((line) => !COUNTED.test(line.trimEnd()));
  return lines
    .filter((line, index) => !HEADING.test(line) || (lines[index + 1] ?? '').startsWith('- '))
    .join('\n');
}
