/** Which of the project's settings go into an activity's input: each stands in history once a server. */

import type { ProjectSettings } from '../plan/settings.ts';
import type { ActivitySpec } from './define.ts';

/** The sections that an activity uses, and no more. */
export function sectionsOf(
  settings: ProjectSettings,
  { uses }: ActivitySpec,
): Partial<ProjectSettings> {
  return Object.fromEntries(uses.map((section) => [section, settings[section]]));
}
