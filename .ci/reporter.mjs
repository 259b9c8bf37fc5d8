/** vitest's JSON report, with the errors that it leaves out: those of hooks, and those of no file. */
import { JsonReporter } from 'vitest/node';

// vitest takes a reporter's file by its default export.
export default class WholeReporter extends JsonReporter {
  #unhandled = [];
  #hooks = new Map();

  constructor(options = {}) {
    super(options);
  }

  async onTestRunEnd(modules, unhandledErrors = []) {
    this.#unhandled = unhandledErrors.map(textOf);
    for (const each of modules)
      this.#hooks.set(each.moduleId, errorsOf(each).map(textOf).join('\n'));
    await super.onTestRunEnd(modules, unhandledErrors);
  }

  async writeReport(report) {
    // The coverage has files of its own.
    const { coverageMap: _, ...whole } = JSON.parse(report);
    for (const file of whole.testResults) file.message = this.#hooks.get(file.name) || file.message;
    await super.writeReport(JSON.stringify({ ...whole, unhandledErrors: this.#unhandled }));
  }
}

/** Of the file itself and of its suites: what their hooks threw, or why it could not be read. */
function errorsOf(file) {
  return [file, ...file.children.allSuites()].flatMap((each) => each.errors());
}

function textOf({ stack, message, cause }) {
  const own = stack ?? message ?? 'unknown';
  return cause?.message === undefined ? own : `${own}\nCaused by: ${cause.message}`;
}
