import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';

const HEAD = 'service: api\nenvironments: { production: { embedded: true, servers: [a] } }\n';

function settingsOf(yaml: string) {
  const { project, diagnostics } = parseProject('/p', HEAD + yaml);
  expect(diagnostics).toEqual([]);
  return project?.settings;
}

function problemsOf(yaml: string): readonly string[] {
  const { diagnostics } = parseProject('/p', HEAD + yaml);
  return diagnostics.map(
    ({ code, message, place }) => `${place?.line}:${place?.column} ${code} ${message.en}`,
  );
}

describe('G6 a text of runsheet.yaml', () => {
  it('G6 args: { PYTHON_VERSION: 3.10 } is 3.10', () => {
    const settings = settingsOf('image: { docker: { args: { PYTHON_VERSION: 3.10 } } }\n');
    expect(settings?.image.docker.args).toEqual({ PYTHON_VERSION: '3.10' });
  });

  it.each([
    '1e3',
    '0x1F',
    '0o17',
    '010',
    '1_000',
    '1.0',
    '+5',
    '.5',
    '-.inf',
    '.NaN',
    'true',
    'True',
    'FALSE',
    'yes',
    'No',
    'on',
    'off',
    'y',
    '2024-01-15',
    '2024-01-15T10:00:00Z',
    '12:30:45',
    '1.2.3',
    '9007199254740993',
  ])('G6 %s is what stands there', (written) => {
    const settings = settingsOf(
      `image: { docker: { args: { A: ${written} } } }
runtime: { command: [app, ${written}], environment: { B: ${written} } }
files: [{ template: t, path: p, values: { C: ${written} } }]
container: { labels: { D: ${written} }, user: ${written}, environment: { E: ${written} } }
actions: { Migrate: { run: [sh, ${written}] } }
source: { tag: ${written} }
`,
    );
    expect(settings?.image.docker.args).toEqual({ A: written });
    expect(settings?.runtime.command).toEqual(['app', written]);
    expect(settings?.runtime.environment).toEqual({ B: written, E: written });
    expect(settings?.files[0]?.values).toEqual({ C: written });
    expect(settings?.container.labels).toEqual({ D: written });
    expect(settings?.container.user).toBe(written);
    expect(settings?.actions['Migrate']?.argv).toEqual(['sh', written]);
    expect(settings?.source.tag).toBe(written);
  });

  it.each(['"3.10"', "'3.10'", '!!str 3.10', '&v 3.10'])('G6 %s is 3.10 too', (written) => {
    const settings = settingsOf(`runtime: { environment: { A: ${written} } }\n`);
    expect(settings?.runtime.environment).toEqual({ A: '3.10' });
  });

  it('G6 is one by its own place, whatever the value that it repeats is elsewhere', () => {
    const settings = settingsOf('runtime: { port: &port 8080, environment: { PORT: *port } }\n');
    expect(settings?.runtime).toMatchObject({ port: 8080, environment: { PORT: '8080' } });
  });

  it('G6 keys are texts: weights of 1e3 and 010, roles of two spellings of one number', () => {
    const text = `${HEAD}balancer: { weights: { 1e3: 5, 010: 6, 1.0: 7, 1.00: 8, yes: 9 } }\n`;
    const { project } = parseProject('/p', text);
    expect(project?.settings.balancer.weights).toEqual({
      '1e3': 5,
      '010': 6,
      '1.0': 7,
      '1.00': 8,
      yes: 9,
    });
  });

  it('G6 a key twice is an error however it is quoted', () => {
    expect(problemsOf('balancer: { weights: { "1.0": 5, 1.0: 6 } }\n')).toEqual([
      expect.stringMatching(/^3:34 BAD_YAML .*Map keys must be unique/u),
    ]);
  });

  it('G6 a mode needs no quotes', () => {
    expect(settingsOf('files: [{ template: t, path: p, mode: 0640 }]\n')?.files[0]?.mode).toBe(
      '0640',
    );
  });

  it('G6 what %YAML 1.1 would make of it changes nothing', () => {
    const text = `%YAML 1.1\n---\n${HEAD}runtime: { environment: { A: yes, B: 1_000, C: 2024-01-15 } }\n`;
    expect(parseProject('/p', text).project?.settings.runtime.environment).toEqual({
      A: 'yes',
      B: '1_000',
      C: '2024-01-15',
    });
  });
});

describe('G6 nothing where a text is wanted', () => {
  it.each(['~', 'null', 'Null', ''])(
    'G6 %j is an error that says how an empty one is written',
    (written) => {
      expect(problemsOf(`runtime:\n  environment:\n    A: ${written}\n`)).toEqual([
        '5:5 BAD_PROJECT_FILE runtime.environment.A: expected text; an empty one is written ""',
      ]);
    },
  );

  it('G6 is an error in a command, at its place', () => {
    expect(problemsOf('runtime: { command: [app, ~] }\n')).toEqual([
      '3:27 BAD_PROJECT_FILE runtime.command.1: expected text',
    ]);
  });

  it('G6 is taken where the schema has a meaning for it', () => {
    expect(settingsOf('commands: { lint: ~ }\ncontainer: { command: null }\n')).toMatchObject({
      commands: { lint: null },
      container: { command: null },
    });
  });
});

describe('G6 a number of runsheet.yaml', () => {
  it.each(['8080', '8.08e3', '8080.0'])('G6 is read from %s', (written) => {
    expect(settingsOf(`runtime: { port: ${written} }\n`)?.runtime.port).toBe(8080);
  });

  it.each(['0x1F90', '017620', '08080', '8_080', '"8080"', 'true', '~'])(
    'G6 is not read from %s, which others read otherwise',
    (written) => {
      expect(problemsOf(`runtime: { port: ${written} }\n`)).toEqual([
        '3:12 BAD_PROJECT_FILE runtime.port: expected a whole number from 1 to 65535',
      ]);
    },
  );

  it('G6 or a text in an answer is a number only where it is written as that number', () => {
    const json =
      '{ count: 3, ratio: 0.5, version: 3.10, build: 010, ok: true, flag: True, on: on }';
    expect(settingsOf(`health: { json: ${json} }\n`)?.health.json).toEqual({
      count: 3,
      ratio: 0.5,
      version: '3.10',
      build: '010',
      ok: true,
      flag: true,
      on: 'on',
    });
  });

  it('G6 is read from the units that have one', () => {
    expect(
      settingsOf(
        `balancer: { max_deviation: 12.5, floor: 20% }
image: { minimum_free: 1048576 }
container: { cpus: .5, mem_limit: 512m, shm_size: 65536, ports: [{ target: 80, published: "8080" }] }
`,
      ),
    ).toMatchObject({
      balancer: { maxDeviationPercent: 12.5, floorPercent: 20 },
      image: { minimumFreeBytes: 1_048_576 },
      container: { cpus: 0.5, memoryBytes: 536_870_912, shmBytes: 65_536 },
    });
    for (const written of ['1e3', '0x10', '010m', '-1']) {
      expect(problemsOf(`image: { minimum_free: ${written} }\n`)).toEqual([
        '3:10 BAD_PROJECT_FILE image.minimum_free: expected a size such as 512MiB',
      ]);
    }
  });

  it('G6 a tag that nobody knows is an error, not dropped', () => {
    expect(problemsOf('runtime: { environment: { A: !vault x } }\n')).toEqual([
      expect.stringMatching(/^3:30 BAD_YAML .*Unresolved tag: !vault/u),
    ]);
  });

  it('G6 a key that every object has is unknown like any other', () => {
    expect(problemsOf('constructor: 5\ntoString: { a: 1 }\n')).toEqual([
      '3:1 BAD_PROJECT_FILE constructor: there is no such key',
      '4:1 BAD_PROJECT_FILE toString: there is no such key',
    ]);
  });
});
