/**
 * Every action, compensation and operation: the lists from which ids, facts and what activities must
 * implement are derived. An action is added by its definition and a line here.
 */
import { analyze } from './code/analyze.ts';
import { compile, packageApp } from './code/compile.ts';
import { measureCoverage } from './code/coverage.ts';
import { buildImage, pushImage } from './code/image.ts';
import { lint } from './code/lint.ts';
import { promoteImage, useImage } from './code/ready-image.ts';
import { audit, scan } from './code/security.ts';
import { runTests, verifyTests } from './code/tests.ts';
import type { ActionSpec, CompensationSpec, FactSpec } from './define.ts';
import * as operations from './operations.ts';
import { projectCommand } from './run/command.ts';
import { sendResult, updateRecord, writeReport } from './run/report.ts';
import { restoreRoutes, updateRoutes } from './run/routes.ts';
import { verifyTraffic } from './run/traffic.ts';
import { restoreConfiguration, updateConfiguration } from './servers/configure.ts';
import { drain, readmit } from './servers/drain.ts';
import { enable, withdraw } from './servers/enable.ts';
import { checkEndpoint, checkPort, checkSmoke } from './servers/health.ts';
import {
  checkKept,
  findRelease,
  returnConfiguration,
  settleVersion,
  startKept,
  tidyServer,
} from './servers/kept.ts';
import { measurePerformance } from './servers/performance.ts';
import { pullImage } from './servers/pull.ts';
import { awaitService } from './servers/ready.ts';
import { resumeService } from './servers/resume.ts';
import { removeService, startService } from './servers/start.ts';
import { restoreService, stopService } from './servers/stop.ts';
import { waitForRequests } from './servers/wait-for-requests.ts';

/** In the order in which help and documentation show them. */
const LIST = [
  analyze,
  lint,
  scan,
  audit,
  runTests,
  measureCoverage,
  verifyTests,
  compile,
  packageApp,
  buildImage,
  pushImage,
  useImage,
  promoteImage,
  findRelease,
  settleVersion,
  checkKept,
  tidyServer,
  drain,
  waitForRequests,
  stopService,
  pullImage,
  updateConfiguration,
  startService,
  resumeService,
  returnConfiguration,
  startKept,
  awaitService,
  checkPort,
  checkEndpoint,
  checkSmoke,
  measurePerformance,
  enable,
  updateRoutes,
  verifyTraffic,
  writeReport,
  sendResult,
  updateRecord,
  projectCommand,
] as const;

const COMPENSATION_LIST = [
  readmit,
  withdraw,
  restoreService,
  restoreConfiguration,
  removeService,
  restoreRoutes,
] as const;

type Listed = (typeof LIST)[number];
type ListedFact = Listed['measures'][number];
type ListedCompensation = (typeof COMPENSATION_LIST)[number];

export type ActionId = Listed['id'];
/** What only a worker that builds does. */
export type BuildActionId = Extract<Listed, { readonly runs: 'build' }>['id'];
export type FactId = ListedFact['id'];
/** What undoes a mutation on one server. */
export type CompensationId = ListedCompensation['id'];
export type OperationId = (typeof operations)[keyof typeof operations]['id'];

export interface FactDefinition extends FactSpec {
  readonly id: FactId;
}

export interface CompensationDefinition extends CompensationSpec {
  readonly id: CompensationId;
}

export interface ActionDefinition extends ActionSpec {
  readonly id: ActionId;
  readonly measures: readonly FactDefinition[];
  readonly compensation?: CompensationDefinition;
}

const actions: readonly ActionDefinition[] = LIST;
const compensations: readonly CompensationDefinition[] = COMPENSATION_LIST;

export const ACTIONS = byId<ActionId, ActionDefinition>(actions);
export const COMPENSATIONS = byId<CompensationId, CompensationDefinition>(compensations);
export const OPERATIONS = operations;
/** Every fact that a criterion can be held against. */
export const FACTS = byId<FactId, FactDefinition>(actions.flatMap(({ measures }) => measures));

function byId<Id extends string, Value extends { readonly id: Id }>(
  values: readonly Value[],
): Readonly<Record<Id, Value>> {
  return Object.fromEntries(values.map((value) => [value.id, value])) as Record<Id, Value>;
}
