import type { ProjectSettings } from '../../plan/settings.ts';

/** The settings as they hold in one environment: the pools that they name may hold `${environment}`. */
export function settingsIn(settings: ProjectSettings, environment: string): ProjectSettings {
  const { balancer } = settings;
  const fill = (text: string): string => text.replaceAll('${environment}', environment);
  const routes = Object.entries(balancer.routes).map(([path, pool]) => [path, fill(pool)]);
  return {
    ...settings,
    balancer: { ...balancer, pool: fill(balancer.pool), routes: Object.fromEntries(routes) },
  };
}
