/** What a process that is told to end still has, by a stream that was open to it before. */
import { type Counters, parseCounters } from './answers.ts';
import { SHOW_ALL_SERVERS, SHOW_SESSIONS } from './commands.ts';
import type { Session } from './session.ts';
import { type HttpSession, MOST_SESSIONS, parseSessions } from './sessions.ts';

interface Left {
  readonly counters: readonly Counters[];
  readonly sessions: readonly HttpSession[];
}

/** A process without anything in flight is let go. @param hasSessions whether its sessions are wanted */
export async function countLeft(session: Session, hasSessions: boolean): Promise<Left> {
  try {
    const [stat = ''] = await session.ask([SHOW_ALL_SERVERS]);
    const counters = parseCounters(stat);
    const active = counters.reduce((sum, each) => sum + each.active, 0);
    if (active === 0) session.close();
    if (!hasSessions || active === 0 || active > MOST_SESSIONS) return { counters, sessions: [] };
    const [text = ''] = await session.ask([SHOW_SESSIONS]);
    return { counters, sessions: parseSessions(text) };
  } catch {
    return { counters: [], sessions: [] };
  }
}
