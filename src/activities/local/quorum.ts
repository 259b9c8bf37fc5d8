/** Whether the votes are enough: distinct people, each in one role. Pure. */
import type { Quorum } from '../../plan/plan.ts';

/** A person with the roles of the step that they hold. */
export interface Voter {
  readonly person: string;
  readonly roles: readonly string[];
}

export interface QuorumState {
  readonly reached: boolean;
  /** Roles that nobody stands for yet (`all`). */
  readonly missingRoles: readonly string[];
  readonly missingPeople: number;
  /** Person → the role that their vote stands for. */
  readonly assigned: ReadonlyMap<string, string>;
}

/** any: one of them; all: one person for each role; count: that many distinct people. */
export function judgeQuorum(
  quorum: Quorum,
  roles: readonly string[],
  voters: readonly Voter[],
): QuorumState {
  const assigned = assignRoles(roles, voters);
  const covered = new Set(assigned.values());
  const people = new Set(voters.map((voter) => voter.person)).size;
  switch (quorum.kind) {
    case 'any':
      return {
        reached: people >= 1,
        missingRoles: [],
        missingPeople: Math.max(0, 1 - people),
        assigned,
      };
    case 'count':
      return {
        reached: people >= quorum.people,
        missingRoles: [],
        missingPeople: Math.max(0, quorum.people - people),
        assigned,
      };
    case 'all': {
      const missingRoles = roles.filter((role) => !covered.has(role));
      return {
        reached: missingRoles.length === 0,
        missingRoles,
        missingPeople: missingRoles.length,
        assigned,
      };
    }
  }
}

/** The largest assignment of people to roles in which nobody has two: augmenting paths (Kuhn). */
function assignRoles(
  roles: readonly string[],
  voters: readonly Voter[],
): ReadonlyMap<string, string> {
  const holderOf = new Map<string, Voter>();
  const place = (voter: Voter, tried: Set<string>): boolean => {
    for (const role of voter.roles) {
      if (!roles.includes(role) || tried.has(role)) continue;
      tried.add(role);
      const holder = holderOf.get(role);
      if (holder === undefined || place(holder, tried)) {
        holderOf.set(role, voter);
        return true;
      }
    }
    return false;
  };
  for (const voter of voters) place(voter, new Set());
  return new Map([...holderOf].map(([role, voter]) => [voter.person, role]));
}
