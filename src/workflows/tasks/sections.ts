/** Which of the project's settings go into an activity's input: each stands in history once a server. */
import type { CompensationId } from '../../actions/ids.ts';
import type { ProjectSettings, SettingsSection } from '../../plan/settings.ts';

/** What the operations that belong to no phrase need, and no more. */
export const SECTIONS = {
  probe: ['balancer'],
  preflight: ['image', 'health', 'balancer'],
  prefetch: ['image'],
  observe: ['health', 'balancer'],
  guard: ['balancer'],
  outcome: ['health', 'balancer'],
  finish: ['runtime', 'files'],
} as const satisfies Readonly<Record<string, readonly SettingsSection[]>>;

export const COMPENSATION_SECTIONS: Readonly<Record<CompensationId, readonly SettingsSection[]>> = {
  'pool.readmit': ['balancer', 'health'],
  'pool.withdraw': ['balancer'],
  'service.restore': ['image', 'runtime', 'container', 'health'],
  'config.restore': ['files'],
  'service.remove': ['runtime'],
};

/** The named sections of the settings, and no more. */
export function sectionsOf(
  settings: ProjectSettings,
  sections: readonly SettingsSection[],
): Partial<ProjectSettings> {
  return Object.fromEntries(sections.map((section) => [section, settings[section]]));
}
