/** What a worker shows of itself: from runsheet.yaml, from variables, of one project or several. */
import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/config/load-project.ts';
import { readTelemetry } from '../../src/config/telemetry.ts';

const REST = 'service: shop\nenvironments: { production: { servers: [app-server-1] } }\n';
const parsed = (telemetry: string) => parseProject('/p', `${REST}telemetry: ${telemetry}\n`);
const project = (folder: string, telemetry: object) => ({ folder, telemetry });

describe('telemetry', () => {
  it('is off without being set', () => {
    expect(parseProject('/p', REST).project?.telemetry).toEqual({});
    expect(readTelemetry([project('/p', {})], {}).telemetry).toEqual({});
  });

  it.each([
    ['{ metrics: 127.0.0.1:9464 }', { metrics: '127.0.0.1:9464' }],
    [
      "{ metrics: '[::1]:9464', health: 0.0.0.0:8086 }",
      { metrics: '[::1]:9464', health: '0.0.0.0:8086' },
    ],
    ['{ traces: .runsheet/traces.jsonl }', { traces: '.runsheet/traces.jsonl' }],
    ['{ otlp: http://collector:4318 }', { otlp: 'http://collector:4318' }],
  ])('%s is taken', (text, telemetry) => {
    expect(parsed(text)).toMatchObject({ diagnostics: [], project: { telemetry } });
  });

  it.each([
    ['{ metrics: 9464 }', 'an address to listen on', '监听地址'],
    ['{ metrics: 127.0.0.1:70000 }', 'an address to listen on', '监听地址'],
    ['{ health: localhost }', 'an address to listen on', '监听地址'],
    ['{ otlp: collector:4318 }', 'OTLP/HTTP collector', '收集器'],
    ['{ prometheus: 127.0.0.1:9464 }', 'prometheus', 'prometheus'],
  ])('%s is refused, with what belongs there', (text, en, zh) => {
    const { project: none, diagnostics } = parsed(text);
    expect(none).toBeNull();
    expect(diagnostics[0]?.message.en).toContain(en);
    expect(diagnostics[0]?.message.zh).toContain(zh);
  });

  it('is what the variables say, where they say something', () => {
    const environment = { RUNSHEET_METRICS: '127.0.0.1:1', RUNSHEET_HEALTH: '' };
    const given = project('/p', { metrics: '127.0.0.1:2', health: '127.0.0.1:3' });
    expect(readTelemetry([given], environment).telemetry).toEqual({
      metrics: '127.0.0.1:1',
      health: '127.0.0.1:3',
    });
    const wrong = readTelemetry([given], { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' });
    expect(wrong.telemetry).toBeNull();
    expect(wrong.diagnostics[0]?.message.en).toMatch(/^OTEL_EXPORTER_OTLP_ENDPOINT: /u);
  });

  it('of several projects is one, whoever says it, and refused where they differ', () => {
    const health = '127.0.0.1:3';
    const projects = [project('/a', { health }), project('/b', {}), project('/c', { health })];
    expect(readTelemetry(projects, {}).telemetry).toEqual({ health });
    const differing = [...projects, project('/d', { health: '127.0.0.1:4' })];
    const [problem] = readTelemetry(differing, {}).diagnostics;
    expect(problem?.message.en).toContain('/a and /d');
    expect(problem?.remedy?.en).toContain('RUNSHEET_HEALTH');
    const RUNSHEET_HEALTH = '127.0.0.1:5';
    expect(readTelemetry(differing, { RUNSHEET_HEALTH }).telemetry?.health).toBe(RUNSHEET_HEALTH);
  });
});
