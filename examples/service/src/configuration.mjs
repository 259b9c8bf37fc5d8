import { readFileSync } from 'node:fs';

/**
 * Reads NAME=value lines; empty lines and those that begin with # are skipped.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseConfiguration(text) {
  const values = {};
  for (const line of text.split('\n')) {
    const separator = line.indexOf('=');
    if (line.startsWith('#') || separator <= 0) continue;
    values[line.slice(0, separator).trim()] = line.slice(separator + 1).trim();
  }
  return values;
}

/**
 * The configuration file that CONFIG_FILE names; without one, nothing is configured.
 * @param {Record<string, string | undefined>} env
 */
export function loadConfiguration(env) {
  const file = env.CONFIG_FILE;
  return file === undefined || file === '' ? {} : parseConfiguration(readFileSync(file, 'utf8'));
}
