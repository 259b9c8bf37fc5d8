/** `telemetry:` of runsheet.yaml, and the same from variables. */
import { z } from 'zod';
import { defined, path } from './fields.ts';
import { fieldProblem } from './schema-messages.ts';

const BIND_ADDRESS = fieldProblem('bindAddress');

/** `127.0.0.1:9464`, `[::1]:9464`; what listens there is seen by whoever reaches it. */
const bindAddress = z
  .string({ error: BIND_ADDRESS })
  .regex(/^(?:\[[0-9A-Fa-f:]+\]|\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/u, { error: BIND_ADDRESS })
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, {
    error: BIND_ADDRESS,
  });

export const telemetryFields = z.strictObject({
  metrics: bindAddress.optional(),
  health: bindAddress.optional(),
  traces: path.optional(),
  otlp: z.url({ protocol: /^https?$/u, error: fieldProblem('otlp') }).optional(),
});

export const telemetry = telemetryFields.prefault({}).transform(defined);
