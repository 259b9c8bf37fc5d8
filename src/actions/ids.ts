/** Every action that a phrase may name. One definition, one implementation and one phrase entry each. */
export type ActionId =
  | 'code.analyze'
  | 'code.lint'
  | 'code.scan'
  | 'code.audit'
  | 'tests.run'
  | 'tests.coverage'
  | 'tests.verify'
  | 'build.compile'
  | 'build.package'
  | 'image.build'
  | 'image.push'
  | 'pool.drain'
  | 'connections.wait'
  | 'service.stop'
  | 'image.pull'
  | 'config.update'
  | 'service.start'
  | 'service.ready'
  | 'health.port'
  | 'health.endpoint'
  | 'health.smoke'
  | 'health.performance'
  | 'pool.enable'
  | 'routes.update'
  | 'traffic.verify'
  | 'report.write'
  | 'notify.send'
  | 'record.update'
  | 'project.command';

/** What undoes a mutation on one server. */
export type CompensationId =
  | 'pool.readmit'
  | 'pool.withdraw'
  | 'service.restore'
  | 'config.restore'
  | 'service.remove';

export type FactId =
  | 'code.serious_findings'
  | 'code.style_ok'
  | 'security.high_findings'
  | 'tests.pass_rate'
  | 'tests.critical_pass_rate'
  | 'tests.coverage'
  | 'image.built'
  | 'image.pushed'
  | 'image.tag'
  | 'pool.removed'
  | 'connections.active'
  | 'service.stopped'
  | 'release.present'
  | 'config.current'
  | 'service.deployed'
  | 'service.ready'
  | 'health.passed'
  | 'health_check.response_time'
  | 'service.error_rate'
  | 'pool.enabled'
  | 'routes.current'
  | 'traffic.all_receive'
  | 'traffic.deviation'
  | 'command.passed';

/** The template's 成功判定条件. */
export type CompletionFactId =
  | 'run.required_steps_done'
  | 'run.health_passed'
  | 'run.traffic_received'
  | 'run.error_rate_below_threshold'
  | 'run.performance_met';
